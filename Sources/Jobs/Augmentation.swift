// What is done to training images at random, as a job has it; InputPipeline does it.

extension Plan {
    package struct Augmentation: Hashable, Sendable {
        package enum ColorStatistics: String, Sendable, CaseIterable { case dataset, imagenet }

        /// A part of the image as the whole crop; ranges of its share of the area, and of width ÷ height.
        package struct ResizedCrop: Hashable, Sendable {
            package var scale: ClosedRange<Double>
            package var ratio: ClosedRange<Double>

            /// torchvision's, unless given.
            package init(
                scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3
            ) {
                (self.scale, self.ratio) = (scale, ratio)
            }
        }

        /// The greatest changes, as torchvision's ColorJitter takes them.
        package struct ColorJitter: Hashable, Sendable {
            package var brightness = 0.0
            package var contrast = 0.0
            package var saturation = 0.0
            package var hue = 0.0

            package init() {}
        }

        package var randomCrop: Bool
        package var resizedCrop: ResizedCrop?
        /// The middle of the image as it is, without scaling it first; of validation images too.
        package var centerCrop: Bool
        /// Degrees clockwise to choose among; empty for none.
        package var rotations: [Int]
        package var flip: Bool
        package var colorJitter: ColorJitter?
        /// Deviation of the PCA colour noise in units of the data's principal deviations; 0 for none.
        package var pcaColor: Double
        package var pcaStatistics: ColorStatistics

        package static let none = Augmentation()

        package init(
            randomCrop: Bool = false, resizedCrop: ResizedCrop? = nil, centerCrop: Bool = false,
            rotations: [Int] = [], flip: Bool = false, colorJitter: ColorJitter? = nil, pcaColor: Double = 0,
            pcaStatistics: ColorStatistics = .dataset
        ) {
            (self.randomCrop, self.resizedCrop, self.centerCrop) = (randomCrop, resizedCrop, centerCrop)
            (self.rotations, self.flip, self.colorJitter) = (rotations, flip, colorJitter)
            (self.pcaColor, self.pcaStatistics) = (pcaColor, pcaStatistics)
        }
    }
}

extension Plan.Augmentation {
    /// A list in the order in which it is done, or "none".
    var value: PlanValue {
        var parts: [PlanValue] = []
        if centerCrop { parts.append(.word("center_crop")) }
        if let resizedCrop {
            parts.append(
                .mapping([
                    (
                        "random_resized_crop",
                        .mapping([
                            ("scale", Self.value(resizedCrop.scale)),
                            ("ratio", Self.value(resizedCrop.ratio)),
                        ])
                    )
                ]))
        }
        if !rotations.isEmpty {
            parts.append(.mapping([("rotate", .list(rotations.map(PlanValue.integer)))]))
        }
        if let colorJitter { parts.append(.mapping([("color_jitter", colorJitter.value)])) }
        if randomCrop { parts.append(.word("random_crop")) }
        if flip { parts.append(.word("flip")) }
        if pcaColor > 0 { parts.append(.mapping([("pca_color", pcaValue)])) }
        return parts.isEmpty ? .word("none") : .list(parts)
    }

    /// A number alone where the statistics are the usual ones.
    private var pcaValue: PlanValue {
        pcaStatistics == .dataset
            ? .number(pcaColor)
            : .mapping([("deviation", .number(pcaColor)), ("statistics", .word(pcaStatistics.rawValue))])
    }

    private static func value(_ range: ClosedRange<Double>) -> PlanValue {
        .list([.number(range.lowerBound), .number(range.upperBound)])
    }
}

extension Plan.Augmentation.ColorJitter {
    fileprivate var value: PlanValue {
        .mapping([
            ("brightness", .number(brightness)), ("contrast", .number(contrast)),
            ("saturation", .number(saturation)), ("hue", .number(hue)),
        ])
    }
}
