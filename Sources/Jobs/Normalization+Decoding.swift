// How pixels become the network's input: mean | channels | mean_image | imagenet | {mean: […], deviation: […]}. And validation's views.

extension Plan.Normalization {
    /// As torchvision's networks have them, times 255.
    package static let imagenet = given(
        mean: SIMD3(123.675, 116.28, 103.53), deviation: SIMD3(58.395, 57.12, 57.375))

    var value: PlanValue {
        switch self {
        case .mean: .word("mean")
        case .channels: .word("channels")
        case .meanImage: .word("mean_image")
        case .given(let mean, let deviation):
            .mapping([("mean", Self.value(of: mean)), ("deviation", Self.value(of: deviation))])
        }
    }

    private static func value(of levels: SIMD3<Double>) -> PlanValue {
        .list((0..<3).map { .number(levels[$0]) })
    }
}

extension JobValue {
    /// - Throws: what is wrong, with what to write.
    package func normalization() throws(JobError) -> Plan.Normalization {
        let words: [(String, Plan.Normalization)] = [
            ("mean", .mean), ("channels", .channels), ("mean_image", .meanImage), ("imagenet", .imagenet),
        ]
        if word != nil { return try choice(words) }
        guard case .map = node.content else {
            throw mismatch(
                .wrongType, "is no normalization",
                write:
                    "mean, channels, mean_image, imagenet or {mean: [123.7, 116.3, 103.5], deviation: [58.4, 57.1, 57.4]}"
            )
        }
        let fields = try fields(["mean", "deviation"])
        let mean = try fields.required("mean", example: "[123.7, 116.3, 103.5]").levels(0...255)
        let deviation = try fields.required("deviation", example: "[58.4, 57.1, 57.4]").levels(1...255)
        return .given(mean: mean, deviation: deviation)
    }

    /// A number each for red, green and blue.
    private func levels(_ range: ClosedRange<Double>) throws(JobError) -> SIMD3<Double> {
        let hint = "a number from \(Int(range.lowerBound)) to 255"
        guard let items, items.count == 3 else {
            throw mismatch(
                .wrongType, "is no list of three", write: "\(hint) for each of red, green and blue")
        }
        var levels = SIMD3<Double>()
        for (index, item) in items.enumerated() {
            levels[index] = try item.number("\(hint): pixels are on the 0–255 scale, so 0.229 of 1 is 58.395")
            {
                range.contains($0)
            }
        }
        return levels
    }

    func views() throws(JobError) -> Int {
        let views = try integer(1...10)
        guard views == 1 || views == 10 else {
            throw mismatch(
                .outOfRange, "is neither", write: "1, the middle, or 10, the corners and mirrors too")
        }
        return views
    }
}
