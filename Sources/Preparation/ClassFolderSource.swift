// One folder of images per class, perhaps within train/, val/ (or validation/) and test/, perhaps in a tar. Caltech-256 is
// of this form. Labels and order are those of torchvision's ImageFolder.

internal import Datasets

enum ClassFolderSource: Source {
    static let kind = "class folders"

    /// An image, and the folders that say what it is.
    private struct Placed {
        let file: SourceFiles.File
        let split: Dataset.Split?
        let name: String
    }

    static func listing(_ files: SourceFiles, _ options: SourceOptions) throws -> Listing? {
        guard options.labels == nil else { return nil }
        let wrapping = wrapping(files.images)
        let splits = splits(files.images, below: wrapping)
        var omissions: [Listing.Omission] = []
        let placed = files.images.compactMap { file -> Placed? in
            var folders = file.folders.dropFirst(wrapping)
            var split: Dataset.Split?
            if !splits.isEmpty {
                split = folders.popFirst().flatMap { splits[String($0)] }
                guard split != nil else {
                    omissions.append(.init(file.path, "it lies outside train/, val/ and test/"))
                    return nil
                }
            }
            guard let name = folders.first else {
                omissions.append(.init(file.path, "it lies in no class's folder"))
                return nil
            }
            return Placed(file: file, split: split, name: String(name))
        }
        let hasValidation = placed.contains { $0.split == .validation }
        let training = placed.filter { $0.split == .train || $0.split == nil }
        // As bytes: the file system tells names apart that are one text, written in two ways of Unicode.
        let names = Set(training.map { Array($0.name.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
            .map { String(decoding: $0, as: UTF8.self) }
        guard names.count > 1 else { return nil }
        var seen: Set<String> = []
        if let twin = names.first(where: { !seen.insert($0).inserted }) {
            throw PreparationError(
                .invalid,
                "\(files.root) has two class folders \(twin), whose names are the same text in different bytes; rename one"
            )
        }
        let labels = Dictionary(uniqueKeysWithValues: zip(names, Int32(0)...))
        let unknown = Set(placed.filter { labels[$0.name] == nil && $0.split == .validation }.map(\.name))
        guard unknown.isEmpty else {
            throw PreparationError(
                .invalid,
                "validation images in \(files.root) are of classes that train/ has not: "
                    + "\(unknown.sorted().prefix(5).joined(separator: ", ")); give them training images or remove them"
            )
        }
        let images = placed.compactMap { image -> SourceImage? in
            guard let label = labels[image.name] else {
                omissions.append(.init(image.file.path, "train/ has no class \(image.name)"))
                return nil
            }
            // Without a validation folder, the training images are yet to be divided.
            let split = image.split == .train && !hasValidation ? nil : image.split
            return SourceImage(
                name: image.file.path, label: label, split: split, place: image.file.place,
                size: image.file.size)
        }
        return Listing(
            names.map { .init(name: $0, text: text($0)) }, images, omissions: omissions)
    }

    /// How many folders all images have around them before the one that tells them apart.
    private static func wrapping(_ images: [SourceFiles.File]) -> Int {
        guard let first = images.first?.folders else { return 0 }
        var count = 0
        for folder in first.dropLast() {
            guard splitNames[String(folder)] == nil,
                images.allSatisfy({
                    $0.folders.count > count + 1 && $0.folders.dropFirst(count).first == folder
                })
            else { break }
            count += 1
        }
        return count
    }

    private static let splitNames: [String: Dataset.Split] = [
        "train": .train, "val": .validation, "validation": .validation, "test": .test,
    ]

    /// The folders that stand for splits; none where there is no train/.
    private static func splits(_ images: [SourceFiles.File], below wrapping: Int) -> [String: Dataset.Split] {
        let top = Set(images.compactMap { $0.folders.dropFirst(wrapping).first.map(String.init) })
        guard top.contains("train") else { return [:] }
        var splits = splitNames.filter { top.contains($0.key) }
        if splits["val"] != nil { splits["validation"] = nil }
        return splits
    }

    /// "ak47" of Caltech's "001.ak47".
    private static func text(_ name: String) -> String {
        let parts = name.split(separator: ".", maxSplits: 1)
        return parts.count == 2 && parts[0].count == 3 && parts[0].allSatisfy(\.isNumber)
            ? String(parts[1]) : name
    }
}
