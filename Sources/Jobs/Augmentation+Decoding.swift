// augment: none, or a list; each of it a word, or a mapping of that word to its parameters.

extension JobValue {
    private static let augmentations = [
        "random_crop", "random_resized_crop", "center_crop", "rotate", "flip", "color_jitter", "pca_color",
    ]
    private static let exampleOfAugmentation = "none, or a list such as [random_crop, flip, {pca_color: 0.1}]"

    func augmentation() throws(JobError) -> Plan.Augmentation {
        var result = Plan.Augmentation.none
        if word == "none" { return result }
        guard let items else {
            throw mismatch(.wrongType, "is no list of augmentations", write: Self.exampleOfAugmentation)
        }
        var seen: Set<String> = []
        for item in items {
            let name = try item.add(to: &result)
            guard seen.insert(name).inserted else {
                throw item.error(.duplicateKey, "\(name) is given more than once; keep one")
            }
        }
        // One place is cut out of an image, not two.
        for other in ["random_crop", "center_crop"]
        where seen.contains("random_resized_crop") && seen.contains(other) {
            throw error(
                .wrongType, "random_resized_crop is made of the whole image; leave \(other) or it away")
        }
        return result
    }

    /// Takes one item of the list.
    /// - Returns: its name.
    private func add(to result: inout Plan.Augmentation) throws(JobError) -> String {
        let entry = onlyEntry
        guard let name = entry?.key ?? word else {
            throw mismatch(.wrongType, "is no augmentation", write: Self.exampleOfAugmentation)
        }
        switch (name, entry?.value) {
        case ("random_crop", nil): result.randomCrop = true
        case ("center_crop", nil): result.centerCrop = true
        case ("flip", nil): result.flip = true
        case ("random_crop", _), ("center_crop", _), ("flip", _):
            throw error(.wrongType, "\(name) takes no value; write just \(name)")
        case ("rotate", nil): result.rotations = [0, 90, 180, 270]
        case ("rotate", let value?): result.rotations = try value.rotations()
        case ("random_resized_crop", let value): result.resizedCrop = try value?.resizedCrop() ?? .init()
        case ("color_jitter", let value?): result.colorJitter = try value.colorJitter()
        case ("color_jitter", nil):
            throw error(
                .missingKey,
                "color_jitter needs its amounts; write {color_jitter: {brightness: 0.4, contrast: 0.4, "
                    + "saturation: 0.4, hue: 0.1}}, or some of them")
        // The paper's deviation.
        case ("pca_color", nil): result.pcaColor = 0.1
        case ("pca_color", let value?):
            guard case .map = value.node.content else {
                result.pcaColor = try value.deviation()
                break
            }
            let fields = try value.fields(["deviation", "statistics"])
            result.pcaColor = try fields["deviation"]?.deviation() ?? 0.1
            result.pcaStatistics =
                try fields["statistics"]?.choice(Plan.Augmentation.ColorStatistics.self) ?? .dataset
        default:
            throw error(
                .unknownKey, "\"\(name)\" is not known; " + suggestion(for: name, among: Self.augmentations))
        }
        return name
    }

    private func deviation() throws(JobError) -> Double {
        try number("a number from 0 to 10") { $0 >= 0 && $0 <= 10 }
    }

    private func rotations() throws(JobError) -> [Int] {
        let hint = "a list of quarter turns to choose among, such as [0, 90, 180, 270]"
        guard let items, !items.isEmpty else {
            throw mismatch(.wrongType, items == nil ? "is no list" : "is empty", write: hint)
        }
        var rotations: [Int] = []
        for item in items {
            let degrees = try item.integer(0...270)
            guard degrees.isMultiple(of: 90), !rotations.contains(degrees) else {
                throw item.mismatch(.outOfRange, "is no quarter turn, or is there already", write: hint)
            }
            rotations.append(degrees)
        }
        return rotations
    }

    private func resizedCrop() throws(JobError) -> Plan.Augmentation.ResizedCrop {
        let fields = try fields(["scale", "ratio"])
        var crop = Plan.Augmentation.ResizedCrop()
        if let scale = fields["scale"] {
            crop.scale = try scale.range(
                "shares of the area, above 0 and up to 1, such as [0.08, 1]", 0.0001...1)
        }
        if let ratio = fields["ratio"] {
            crop.ratio = try ratio.range("shapes, width ÷ height, such as [0.75, 1.333]", 0.01...100)
        }
        return crop
    }

    private func range(_ hint: String, _ allowed: ClosedRange<Double>) throws(JobError) -> ClosedRange<Double>
    {
        guard let items, items.count == 2 else {
            throw mismatch(.wrongType, "is no list of two", write: "two \(hint)")
        }
        let least = try items[0].number("two \(hint)") { allowed.contains($0) }
        let most = try items[1].number("two \(hint)") { allowed.contains($0) }
        guard least <= most else {
            throw error(.outOfRange, "\(most) comes after \(least); write two \(hint)")
        }
        return least...most
    }

    private func colorJitter() throws(JobError) -> Plan.Augmentation.ColorJitter {
        let fields = try fields(["brightness", "contrast", "saturation", "hue"])
        func amount(_ key: String, upTo most: Double) throws(JobError) -> Double {
            try fields[key]?.number("a number from 0, for none, to \(most)") { $0 >= 0 && $0 <= most } ?? 0
        }
        var jitter = Plan.Augmentation.ColorJitter()
        jitter.brightness = try amount("brightness", upTo: 10)
        jitter.contrast = try amount("contrast", upTo: 10)
        jitter.saturation = try amount("saturation", upTo: 10)
        jitter.hue = try amount("hue", upTo: 0.5)
        return jitter
    }
}
