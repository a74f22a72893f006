// A data set as a folder: ROOT/train/CLASS/…, ROOT/val/CLASS/… and perhaps ROOT/test/CLASS/… with JPEG and PNG files.
// Classes and files come in torchvision ImageFolder's order (byte order of names), so class indices are the same there.
// Never writes into the folder.

internal import Glibc
package import SystemPackage

package enum ImageFolder {
    /// Lists the folder. Nothing is decoded.
    ///
    /// - Parameter onFile: as `FolderListing`.
    /// - Throws: `DatasetsError` of code `invalid`, with the path and what to do, or `unreadable`.
    package static func open(_ root: FilePath, onFile: () throws -> Void = {}) throws -> Dataset {
        let layout = "\(root) must hold train/ and val/, each with one folder of images per class"
        var status = stat()
        guard root.withPlatformString({ stat($0, &status) }) == 0 || errno != ENOENT else {
            throw DatasetsError(.invalid, "there is no folder \(root); correct `dataset` in the job file")
        }
        guard status.st_mode & S_IFMT == S_IFDIR || status.st_mode == 0 else {
            throw DatasetsError(.invalid, "\(root) is a file; \(layout)")
        }
        let top = try FolderListing(root)
        if let shard = top.others.first(where: { $0.contains("-of-") }), !top.folders.contains("train") {
            throw DatasetsError(
                .invalid,
                "\(root) holds records that have no \(RecordManifest.fileName) (\(shard)); make a data set of them with "
                    + "`alexnetd prepare`")
        }
        guard top.folders.contains("train") else {
            let advice =
                top.folders.isEmpty || top.folders.contains(where: Self.splits.contains)
                ? "" : ", or have `alexnetd prepare` make such a set of \(root)"
            throw DatasetsError(.invalid, "\(root) has no folder train; \(layout)\(advice)")
        }
        guard let validationName = ["val", "validation"].first(where: top.folders.contains) else {
            throw DatasetsError(.invalid, "\(root) has no folder val (or validation); \(layout)")
        }

        var notices: [String] = []
        if validationName == "val" && top.folders.contains("validation") {
            notices.append("\(root) has val and validation; validation is not used")
        }
        var others: [String] = []
        let (classes, train) = try trainingSamples(root, others: &others, onFile)
        let validation = try samples(
            root, validationName, classes: classes, notices: &notices, others: &others, onFile)
        guard !validation.isEmpty else {
            throw DatasetsError(
                .invalid,
                "\(root.appending(validationName)) holds no image; put some images of each class into "
                    + "\(validationName)/CLASS/")
        }
        let test =
            top.folders.contains("test") ? try testSamples(root, classes, &notices, &others, onFile) : []
        notices += notice(ofOthers: others)
        return Dataset(
            name: root.lastComponent?.string ?? root.string, root: root, classes: classes, train: train,
            validation: validation, test: test, notices: notices)
    }

    private static let splits = ["train", "val", "validation", "test"]

    /// One split, of which there need be no other; where the folder has none, its class folders.
    ///
    /// - Returns: nil where the folder is a whole data set, or has other splits only.
    static func open(_ root: FilePath, only split: Dataset.Split) throws -> Dataset? {
        guard let top = try? FolderListing(root) else { return nil }
        let found = splits.filter(top.folders.contains)
        if found.contains("train"), found.contains("val") || found.contains("validation") { return nil }
        let name = found.first { $0 == split.rawValue || (split == .validation && $0 == "val") }
        guard name != nil || found.isEmpty else { return nil }
        let classes = try name.map { try FolderListing(root.appending($0)).folders } ?? top.folders
        guard !classes.isEmpty else { return nil }
        var others: [String] = []
        let samples = try classes.enumerated().flatMap { label, `class` in
            try images(root, (name.map { $0 + "/" } ?? "") + `class`, label: label, others: &others, {})
        }
        return Dataset(
            name: root.lastComponent?.string ?? root.string, root: root, classes: classes,
            train: split == .train ? samples : [], validation: split == .validation ? samples : [],
            test: split == .test ? samples : [], notices: notice(ofOthers: others))
    }

    /// One sentence, or none.
    private static func notice(ofOthers others: [String]) -> [String] {
        guard let first = others.first else { return [] }
        let more = others.count > 1 ? " and \(others.count - 1) more" : ""
        return ["files that are not named .jpg, .jpeg, .jfif or .png are left out: \(first)\(more)"]
    }

    private static func trainingSamples(
        _ root: FilePath, others: inout [String], _ onFile: () throws -> Void
    ) throws -> ([String], [Sample]) {
        let folder = root.appending("train")
        let listing = try FolderListing(folder)
        guard listing.folders.count > 1 else {
            let found = listing.folders.first.map { "only the class folder \($0)" } ?? "no class folders"
            throw DatasetsError(
                .invalid,
                "\(folder) holds \(found); put each class's images into a folder of its own, at least two"
            )
        }
        // The file system tells names apart that are one text, written in two ways of Unicode.
        var seen: Set<String> = []
        if let twin = listing.folders.first(where: { !seen.insert($0).inserted }) {
            throw DatasetsError(
                .invalid,
                "\(folder) has two folders \(twin), whose names are the same text in different bytes; rename one"
            )
        }
        var samples: [Sample] = []
        for (label, name) in listing.folders.enumerated() {
            let found = try images(root, "train/\(name)", label: label, others: &others, onFile)
            guard !found.isEmpty else {
                throw DatasetsError(
                    .invalid,
                    "\(folder.appending(name)) holds no .jpg, .jpeg, .jfif or .png file; add images or remove the folder"
                )
            }
            samples += found
        }
        return (listing.folders, samples)
    }

    /// None, with a notice, where the folder is no set of known classes: training does without.
    private static func testSamples(
        _ root: FilePath, _ classes: [String], _ notices: inout [String], _ others: inout [String],
        _ onFile: () throws -> Void
    ) throws -> [Sample] {
        do {
            return try samples(root, "test", classes: classes, notices: &notices, others: &others, onFile)
        } catch let error as DatasetsError {
            notices.append("\(root.appending("test")) is not used: \(error)")
            return []
        }
    }

    /// Of classes that are known; not all need have any.
    private static func samples(
        _ root: FilePath, _ name: String, classes: [String], notices: inout [String], others: inout [String],
        _ onFile: () throws -> Void
    ) throws -> [Sample] {
        let folder = root.appending(name)
        let listing = try FolderListing(folder)
        let labels = Dictionary(uniqueKeysWithValues: zip(classes, 0...))
        let unknown = listing.folders.filter { labels[$0] == nil }
        guard unknown.isEmpty else {
            throw DatasetsError(
                .invalid,
                "\(folder) has classes that \(root.appending("train")) has not: "
                    + "\(unknown.prefix(5).joined(separator: ", ")); give them training images or remove them"
            )
        }
        let samples = try listing.folders.flatMap { `class` in
            let found = try images(
                root, "\(name)/\(`class`)", label: labels[`class`]!, others: &others, onFile)
            if found.isEmpty { notices.append("\(folder.appending(`class`)) holds no image") }
            return found
        }
        if samples.isEmpty { return [] }
        let missing = Set(classes).subtracting(listing.folders).sorted()
        if !missing.isEmpty {
            notices.append(
                "\(folder) lacks \(missing.count) of \(classes.count) classes: "
                    + missing.prefix(5).joined(separator: ", "))
        }
        return samples
    }

    /// Every image below a class folder. As torchvision walks: folders in byte order of their whole paths.
    /// - Parameter others: takes the files that are passed over.
    private static func images(
        _ root: FilePath, _ folder: String, label: Int, others: inout [String], _ onFile: () throws -> Void
    ) throws -> [Sample] {
        var found: [(folder: String, images: [FolderListing.File])] = []

        func walk(_ folder: String, inside: Set<FolderListing.Identity>) throws {
            let listing = try FolderListing(root.appending(folder), onFile: onFile)
            // A link back to a folder above would go round for ever.
            guard !inside.contains(listing.identity) else { return }
            found.append((folder, listing.images))
            others += listing.others.map { "\(folder)/\($0)" }
            for name in listing.folders {
                try walk("\(folder)/\(name)", inside: inside.union([listing.identity]))
            }
        }

        try walk(folder, inside: [])
        found.sort { strcmp($0.folder, $1.folder) < 0 }
        return found.flatMap { folder, images in
            images.map { Sample(path: "\(folder)/\($0.name)", label: Int32(label), size: $0.size) }
        }
    }
}
