// Small networks that between them have every shape of the AlexNet family, down to one layer at a time, and the sizes
// at which fast code goes wrong: channels that fill no vector, windows that do not fit, odd and even sides.

import Compute

@testable import Networks

enum Scenes {
    /// - Parameter then: what follows the layers under test; by default five classes.
    private static func scene(
        _ description: String, side: Int, _ layers: [Layer.Operation],
        then tail: [Layer.Operation] = [.flatten, .linear(outputs: 5)]
    ) -> Scene {
        Scene(description, side: side, layers + tail)
    }

    private static func conv(
        _ outputs: Int, _ kernel: Int, stride: Int = 1, pad: Int = 0, groups: Int = 1
    ) -> Layer.Operation {
        .convolution(
            Convolution(outputs: outputs, kernel: kernel, stride: stride, padding: pad, groups: groups))
    }

    private static func norm(size: Int = 5, alpha: Float = 0.5, beta: Float = 0.75, k: Float = 1)
        -> Layer.Operation
    {
        var norm = LocalResponseNorm()
        (norm.size, norm.alpha, norm.beta, norm.k) = (size, alpha, beta, k)
        return .localResponseNorm(norm)
    }

    private static let bn = Layer.Operation.batchNorm(BatchNorm())

    private static func pool(_ kernel: Int, _ stride: Int) -> Layer.Operation {
        .maxPool(MaxPool(kernel: kernel, stride: stride))
    }

    static let linear: [Scene] = [
        Scene("linear", side: 5, [.flatten, .linear(outputs: 5)]),
        Scene("one image", side: 5, [.flatten, .linear(outputs: 5)]).with {
            ($0.capacity, $0.count) = (1, 1)
        },
        Scene("smaller batch than capacity", side: 5, [.flatten, .linear(outputs: 5)])
            .with { ($0.capacity, $0.count) = (7, 2) },
        Scene("33 images", side: 3, [.flatten, .linear(outputs: 5)]).with {
            ($0.capacity, $0.count) = (33, 33)
        },
        Scene("17 of 40 images", side: 3, [.flatten, .linear(outputs: 5)])
            .with { ($0.capacity, $0.count) = (40, 17) },
        Scene("one pixel", side: 1, [.flatten, .linear(outputs: 2)]),
        Scene("one class", side: 2, [.flatten, .linear(outputs: 1)]),
        Scene("1003 classes", side: 2, [.flatten, .linear(outputs: 1003)]),
        Scene("two linear layers", side: 4, [.flatten, .linear(outputs: 13), .linear(outputs: 7)]),
        Scene("hidden ReLU", side: 4, [.flatten, .linear(outputs: 37), .relu, .linear(outputs: 6)]),
        Scene("linear at full image", side: 256, [conv(2, 16, stride: 16), .flatten, .linear(outputs: 3)])
            .with { ($0.capacity, $0.count) = (2, 1) },
        Scene("ReLU after flatten", side: 4, [.flatten, .relu, .linear(outputs: 6)]),
        Scene("a mean of every pixel", side: 9, [.flatten, .linear(outputs: 5)]).with {
            $0.normalization = Normalization(mean: .zero, deviation: [58, 57, 1], meanImage: unevenImage)
        },
    ]

    /// No two places of a crop alike.
    private static let unevenImage: [Float] = (0..<Batch.bytesPerImage).map { Float($0 * 7919 % 2551) / 10 }

    // A 1×1 convolution in front gives the layer under test the channels it wants, and tests its input's gradient.
    static let convolutions: [Scene] = [
        scene("1×1", side: 5, [conv(7, 1)]),
        scene("11×11 stride 4", side: 35, [conv(6, 11, stride: 4)]),
        scene("11×11 stride 4, 16 channels", side: 23, [conv(16, 11, stride: 4)]),
        scene("11×11 stride 4 pad 2, ragged", side: 32, [conv(5, 11, stride: 4, pad: 2)]),
        scene("11×11 stride 4 behind another", side: 19, [conv(4, 1), conv(6, 11, stride: 4)]),
        scene("5×5 pad 2", side: 8, [conv(4, 1), conv(7, 5, pad: 2)]),
        scene("5×5 pad 2, 2 groups", side: 9, [conv(6, 1), conv(10, 5, pad: 2, groups: 2)]),
        scene("5×5 pad 2, 2 groups of 16", side: 7, [conv(32, 1), conv(32, 5, pad: 2, groups: 2)])
            .with { $0.count = 1 },
        scene("3×3 pad 1", side: 7, [conv(5, 1), conv(9, 3, pad: 1)]),
        scene("3×3 pad 1, 16 to 32 channels", side: 13, [conv(16, 1), conv(32, 3, pad: 1)]).with {
            $0.count = 2
        },
        scene("3×3 pad 1, 2 groups", side: 6, [conv(6, 1), conv(8, 3, pad: 1, groups: 2)]),
        scene("3×3 pad 1, 2 groups of 17", side: 5, [conv(34, 1), conv(34, 3, pad: 1, groups: 2)])
            .with { $0.count = 2 },
        scene("3×3 pad 1, 3 groups", side: 5, [conv(6, 1), conv(9, 3, pad: 1, groups: 3)]),
        scene("3×3 pad 1 on one pixel", side: 1, [conv(4, 1), conv(3, 3, pad: 1)]),
        scene("3×3 pad 1 on 2×2", side: 2, [conv(4, 1), conv(3, 3, pad: 1)]),
        scene("3×3 stride 2, last row unseen", side: 8, [conv(4, 1), conv(5, 3, stride: 2)]),
        scene("1×1 stride 3, pixels unseen", side: 8, [conv(4, 1), conv(5, 1, stride: 3)]),
        scene("kernel as large as the input", side: 6, [conv(4, 1), conv(5, 6)]),
        scene("one output channel", side: 5, [conv(3, 1), conv(1, 3, pad: 1)]),
        scene("convolution to scores", side: 4, [conv(5, 4)], then: [.flatten]),
        scene("fused ReLU", side: 6, [conv(5, 3, pad: 1), .relu, conv(6, 3), .relu]),
    ]

    static let normalizations: [Scene] = [
        scene("LRN", side: 4, [conv(7, 1), norm()]),
        scene("LRN of the paper", side: 4, [conv(12, 1), .relu, norm(alpha: 1e-4, k: 2)]),
        scene("LRN after ReLU", side: 5, [conv(16, 1), .relu, norm()]),
        scene("LRN of 35 channels", side: 3, [conv(35, 1), norm()]),
        scene("LRN wider than the channels", side: 4, [conv(2, 1), norm()]),
        scene("LRN of 3 channels, 9 wide", side: 4, [norm(size: 9), conv(4, 1)]),
        scene("LRN of size 3, β 1, k 2", side: 4, [conv(8, 1), norm(size: 3, beta: 1, k: 2)]),
        scene("LRN of size 1, β ½", side: 4, [conv(8, 1), norm(size: 1, beta: 0.5)]),
        scene("LRN and pool, 16 channels", side: 9, [conv(16, 1), .relu, norm(), pool(3, 2)]),
        scene(
            "LRN and pool between towers", side: 9,
            [
                conv(16, 1), .relu, norm(alpha: 1e-2, k: 2), pool(3, 2), conv(32, 3, pad: 1, groups: 2),
                .relu,
                norm(), pool(3, 2),
            ]),
        scene("ReLU after LRN", side: 4, [conv(7, 1), norm(), .relu]),
    ]

    // A ReLU stands between, for a constant in front of a BN changes nothing and has no gradient but rounding.
    static let batchNorms: [Scene] = [
        scene("BN", side: 4, [conv(7, 1), .relu, bn]),
        scene("BN of 16 channels", side: 5, [conv(16, 1), .relu, bn]),
        scene("BN of 35 channels after 3×3", side: 5, [conv(35, 3), .relu, bn]),
        scene("BN before pool", side: 7, [conv(16, 1), .relu, bn, pool(3, 2)]),
        scene("BN before convolution", side: 6, [conv(5, 3, pad: 1), .relu, bn, conv(4, 3, pad: 1), .relu]),
        scene("ReLU after BN", side: 4, [conv(7, 1), .relu, bn, .relu, conv(3, 1)]),
        scene("BN of the input", side: 5, [bn, conv(4, 1)]),
        scene("BN behind BN", side: 4, [conv(6, 1), .relu, bn, .relu, bn]),
        scene("BN of 46 × 46 pixels", side: 46, [conv(17, 1), .relu, bn, pool(5, 5)]).with { $0.count = 2 },
        scene("BN of one image", side: 4, [conv(18, 1), .relu, bn]).with { ($0.capacity, $0.count) = (1, 1) },
        scene("BN of 19 of 21 images", side: 3, [conv(6, 1), .relu, bn]).with {
            ($0.capacity, $0.count) = (21, 19)
        },
        Scene("BN after linear", side: 3, [.flatten, .linear(outputs: 21), .relu, bn, .linear(outputs: 4)]),
        scene(
            "dropout between pool and convolution", side: 9,
            [
                conv(8, 1), .relu, bn, pool(3, 2), .dropout(rate: 0.25), conv(6, 3, pad: 1), .relu,
                pool(3, 2),
                .dropout(rate: 0.25),
            ]),
    ]

    static let pools: [Scene] = [
        scene("pool 3/2, odd", side: 13, [conv(5, 1), pool(3, 2)]),
        scene("pool 3/2, even: last row unseen", side: 8, [conv(5, 1), pool(3, 2)]),
        scene("pool 3/2, 16 channels", side: 7, [conv(16, 1), .relu, pool(3, 2)]),
        scene("pool 3/2, 33 channels", side: 5, [conv(33, 1), pool(3, 2)]),
        scene("pool 2/2", side: 6, [conv(4, 1), pool(2, 2)]),
        scene("pool 3/1", side: 5, [conv(4, 1), pool(3, 1)]),
        scene("pool 2/3, pixels unseen", side: 8, [conv(4, 1), pool(2, 3)]),
        scene("pool of everything", side: 5, [conv(4, 1), pool(5, 1)]),
        scene("pool of the input", side: 7, [pool(3, 2)]),
        scene("ReLU after pool", side: 7, [conv(6, 1), pool(3, 2), .relu]),
        scene("pool after pool", side: 15, [conv(4, 1), pool(3, 2), pool(3, 2)]),
    ]

    static let dropouts: [Scene] = [
        Scene(
            "dropout after linear", side: 3,
            [.flatten, .linear(outputs: 41), .dropout(rate: 0.5), .linear(outputs: 4)]),
        Scene(
            "dropout after ReLU", side: 3,
            [.flatten, .linear(outputs: 64), .relu, .dropout(rate: 0.3), .linear(outputs: 4)]),
        Scene(
            "dropout after flatten", side: 5,
            [conv(6, 1), pool(3, 2), .flatten, .dropout(rate: 0.5), .linear(outputs: 7)]),
        Scene("dropout of an image", side: 5, [conv(6, 3), .dropout(rate: 0.25), conv(3, 3), .flatten]),
        Scene(
            "two dropouts", side: 3,
            [
                .flatten, .dropout(rate: 0.5), .linear(outputs: 30), .relu, .dropout(rate: 0.5),
                .linear(outputs: 4),
            ]),
        Scene(
            "nearly everything dropped", side: 3,
            [.flatten, .linear(outputs: 41), .dropout(rate: 0.99), .linear(outputs: 4)]),
    ].flatMap { scene in
        // The second half of the step is part of the key too.
        [scene, scene.with { $0.step = 3 << 32 + 70 }]
    }

    /// Whole networks, small.
    static let paper = scene(
        "small alexnet", side: 39,
        [
            conv(6, 7, stride: 2), .relu, norm(), pool(3, 2), conv(10, 5, pad: 2, groups: 2), .relu, norm(),
            pool(3, 2), conv(8, 3, pad: 1), .relu, conv(8, 3, pad: 1, groups: 2), .relu, pool(3, 2),
        ],
        then: [
            .flatten, .linear(outputs: 20), .relu, .dropout(rate: 0.5), .linear(outputs: 18), .relu,
            .dropout(rate: 0.5), .linear(outputs: 6),
        ])
    static let paperBN = scene(
        "small alexnet-bn", side: 39,
        [
            conv(6, 7, stride: 2), .relu, bn, pool(3, 2), .dropout(rate: 0.25), conv(10, 5, pad: 2), .relu,
            bn,
            pool(3, 2), .dropout(rate: 0.25), conv(8, 3, pad: 1), .relu, pool(3, 2),
        ],
        then: [
            .flatten, .linear(outputs: 20), .relu, .dropout(rate: 0.5), .linear(outputs: 6),
        ])
    /// The first of its normalisations takes its running statistics for given, under layers that learn.
    static let frozenBN = scene(
        "small alexnet-bn with a frozen normalisation", side: 39,
        [
            conv(6, 7, stride: 2), .relu, bn, pool(3, 2), conv(10, 5, pad: 2), .relu, bn, pool(3, 2),
        ]
    ).with { $0.optimizer.layers["2"] = .init(isFrozen: true) }
    static let larsBN = paperBN.with {
        $0.testDescription += " under LARS"
        ($0.optimizer.method, $0.optimizer.biasRate) = (.lars(trust: 0.1), 0.01)
    }
    static let torchvision = scene(
        "small torchvision", side: 40,
        [
            conv(6, 11, stride: 4, pad: 2), .relu, pool(3, 2), conv(10, 5, pad: 2), .relu, conv(7, 3, pad: 1),
            .relu,
        ],
        then: [
            .flatten, .dropout(rate: 0.5), .linear(outputs: 20), .relu, .dropout(rate: 0.5),
            .linear(outputs: 6),
        ])

    static let smoothed: [Scene] = [
        Scene("smoothed labels", side: 4, [.flatten, .linear(outputs: 7)]).with { $0.labelSmoothing = 0.1 },
        Scene("labels smoothed away, 1003 classes", side: 2, [.flatten, .linear(outputs: 1003)])
            .with { $0.labelSmoothing = 0.999 },
        Scene("one class, smoothed", side: 2, [.flatten, .linear(outputs: 1)])
            .with { $0.labelSmoothing = 0.5 },
    ]

    /// Whole networks on batches that are worked through in pieces: two, two and one; and one by one.
    static let inPieces: [Scene] = [(paper, 5, 5, 3), (paperBN, 5, 5, 3), (torchvision, 4, 3, 4)].map {
        (scene: Scene, capacity: Int, count: Int, pieces: Int) in
        scene.with {
            $0.testDescription += ", \(count) of \(capacity) images in \(pieces) pieces"
            ($0.capacity, $0.count, $0.optimizer.accumulation) = (capacity, count, pieces)
            $0.optimizer.averageDecay = 0.9
        }
    }

    static let all =
        linear + convolutions + normalizations + batchNorms + pools + dropouts + smoothed
        + [paper, paperBN, frozenBN, larsBN, torchvision] + inPieces
}
