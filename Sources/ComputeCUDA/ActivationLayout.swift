// Which towers the activations of each layer lie in. cuDNN is never asked for a grouped convolution (it would copy its
// operands): each tower is a packed tensor of its own. A convolution without groups writes the towers that its reader
// wants, a pool moves channels between towers on its way; only where neither stands between is a copy needed.

internal import CCUDA
internal import Networks

struct ActivationLayout {
    /// tensors[i] is what layer i reads, but for `regrouped`; the last holds the scores. Layers that change nothing but the
    /// order of names (flatten) and those that work in place have the same before and behind.
    let tensors: [device_tensor]
    /// For the layers that want other towers than the layer before them writes.
    let regrouped: [Int: device_tensor]
    /// Pools, by their layers' indices, that one kernel does with the normalisation before them, if there is one, and with the
    /// gradient of the ReLU before both.
    let fusedPools: [Int: LocalResponseNorm?]
    /// Of the crop: side of the blocks that its pixels are gathered in, and zeros around it.
    let block: Int
    let padding: Int

    /// - Parameters:
    ///   - images: of a batch.
    ///   - floats: whether elements are.
    /// - Throws: where the scores would be an image.
    init(_ network: Network, images: Int, floats: Bool) throws {
        guard let last = network.layers.last, last.output.height * last.output.width == 1 else {
            throw CUDAError(.refused, "\(network.name): the scores have to be one vector for each image")
        }
        let wanted = Self.wantedTowers(network)
        (block, padding) = Self.gathering(network)
        var tensors = [Self.input(network, images: images, block: block)]
        var regrouped: [Int: device_tensor] = [:]
        for (index, layer) in network.layers.enumerated() {
            let x = tensors[index]
            if let towers = Self.requiredTowers(layer), towers != x.towers {
                // A flattened image is still one here.
                let image = Shape(Int(x.height), Int(x.width), Int(x.towers * x.channels))
                regrouped[index] = device_tensor(images: images, image, towers: towers)
            }
            let towers: Int
            switch layer.operation {
            case .convolution(let shape): towers = shape.groups > 1 ? shape.groups : wanted[index + 1] ?? 1
            case .maxPool: towers = wanted[index + 1] ?? Int(x.towers)
            case .linear: towers = 1
            case .relu, .dropout, .flatten, .localResponseNorm, .batchNorm:
                tensors.append(x)
                continue
            }
            tensors.append(device_tensor(images: images, layer.output, towers: towers))
        }
        (self.tensors, self.regrouped) = (tensors, regrouped)
        fusedPools = Self.fusedPools(network, tensors, floats: floats)
    }

    /// Whether a layer is a normalisation that the pool behind it does.
    func isFusedNorm(_ index: Int) -> Bool {
        if case .some(.some) = fusedPools[index + 1] { true } else { false }
    }

    private static func fusedPools(
        _ network: Network, _ tensors: [device_tensor], floats: Bool
    ) -> [Int: LocalResponseNorm?] {
        var fused: [Int: LocalResponseNorm?] = [:]
        for (index, layer) in network.layers.enumerated() {
            guard case .maxPool(let pool) = layer.operation else { continue }
            var (norm, before) = (LocalResponseNorm?.none, index - 1)
            if before >= 0, case .localResponseNorm(let found) = network.layers[before].operation {
                (norm, before) = (found, before - 1)
            }
            // A ReLU behind a product, which leaves the sums for its bias to the kernel too.
            guard before > 0, network.layers[before].operation == .relu,
                network.layers[before - 1].operation.isProduct,
                ResponsePool.canFuse(
                    tensors[before + 1], tensors[index + 1], norm, pool, floats: floats)
            else { continue }
            fused[index] = .some(norm)
        }
        return fused
    }

    /// What layer `index` reads.
    func input(of index: Int) -> device_tensor { regrouped[index] ?? tensors[index] }

    private static func requiredTowers(_ layer: Layer) -> Int? {
        switch layer.operation {
        case .convolution(let shape): shape.groups
        case .linear: 1
        default: nil
        }
    }

    /// For each place between layers; nil where any will do.
    private static func wantedTowers(_ network: Network) -> [Int?] {
        var wanted = [Int?](repeating: nil, count: network.layers.count) + [1]
        for (index, layer) in network.layers.enumerated().reversed() {
            switch layer.operation {
            case .convolution, .linear: wanted[index] = requiredTowers(layer)
            case .relu, .dropout, .flatten, .localResponseNorm, .batchNorm: wanted[index] = wanted[index + 1]
            case .maxPool: break
            }
        }
        return wanted
    }

    /// A first convolution with a stride becomes one without: its stride's square of pixels is one pixel of that many more
    /// channels, which fills tensor cores where three channels do not.
    private static func gathering(_ network: Network) -> (block: Int, padding: Int) {
        guard case .convolution(let shape)? = network.layers.first?.operation, shape.stride > 1,
            shape.groups == 1
        else { return (1, 0) }
        return (shape.stride, shape.padding)
    }

    private static func input(_ network: Network, images: Int, block: Int) -> device_tensor {
        guard block > 1, let first = network.layers.first, case .convolution(let shape) = first.operation
        else { return device_tensor(images: images, network.input) }
        let more = (shape.kernel + block - 1) / block - 1
        return device_tensor(
            images: images,
            Shape(
                first.output.height + more, first.output.width + more,
                network.input.channels * block * block))
    }
}

extension Layer.Operation {
    /// Whether it does the ReLU behind it.
    var isProduct: Bool {
        switch self {
        case .convolution, .linear: true
        default: false
        }
    }
}
