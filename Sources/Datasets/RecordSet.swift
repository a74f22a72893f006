// Prepared records as a data set: a folder with a manifest, made by `alexnetd prepare`.
//
//   train-00000-of-00016 …    shards of tf.Examples, the validation and test splits' beside them
//   train.csv val.csv test.csv    where each image lies; categories.csv, rgb.json, report.csv
//   manifest.json             the whole, with checksums
//
// The small files are checked whole when the folder is opened, the shards by their sizes then and record by record when
// they are read.

internal import CSV
internal import Crypto
internal import Files
internal import Glibc
package import SystemPackage

package enum RecordSet {
    package static let categoriesFile = "categories.csv"
    package static let colorsFile = "rgb.json"
    /// In a folder that is being prepared.
    package static let progressFile = "preparing.json"

    package static func indexFile(_ split: Dataset.Split) -> String {
        split == .validation ? "val.csv" : "\(split.rawValue).csv"
    }

    /// As TensorFlow's scripts name them.
    package static func shardFile(_ split: Dataset.Split, _ number: Int, of count: Int) -> String {
        func digits(_ number: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, 5 - text.count)) + text
        }
        return "\(split.rawValue)-\(digits(number))-of-\(digits(count))"
    }

    /// Where `folder` is prepared before it gets its name.
    package static func unfinished(_ folder: FilePath) -> FilePath {
        folder.removingLastComponent().appending("\(folder.lastComponent?.string ?? "").preparing")
    }

    /// Nil where the folder is none of prepared records.
    ///
    /// - Throws: `DatasetsError`: `invalid` where they are not prepared to their end, `badData` for a file that is missing
    ///   or not what was written, `unreadable`.
    package static func open(_ root: FilePath) throws -> Dataset? {
        let manifestFile = root.appending(RecordManifest.fileName)
        guard exists(manifestFile), !exists(root.appending("train")) else {
            try refuseUnfinished(root)
            return nil
        }
        let manifest = try RecordManifest(try bytes(manifestFile), manifestFile)
        let categories = try reading(manifest.categories, in: root) { bytes throws(CSVError) in
            try Categories(bytes)
        }
        guard categories.all.count == manifest.classes, categories.all.count > 1 else {
            throw damaged(
                root.appending(manifest.categories.name), "it does not list \(manifest.classes) classes")
        }
        let labels = categories.labels
        var shards: [RecordManifest.File] = []
        var samples: [Dataset.Split: [Sample]] = [:]
        for split in Dataset.Split.allCases {
            guard let part = manifest[split] else { continue }
            try part.shards.forEach { try check($0, in: root) }
            let found = try reading(part.index, in: root) { bytes throws(CSVError) in
                try RecordIndex.samples(
                    bytes, classes: labels, shardSizes: part.shards.map(\.size), firstShard: shards.count)
            }
            guard found.count == part.images else {
                throw damaged(
                    root.appending(part.index.name), "it lists \(found.count) images, not \(part.images)")
            }
            samples[split] = found
            shards += part.shards
        }
        let (train, validation) = (samples[.train, default: []], samples[.validation, default: []])
        guard !train.isEmpty, !validation.isEmpty else {
            throw damaged(manifestFile, "it has no training or no validation images")
        }
        let classes = categories.all.map(\.name)
        let colors = root.appending(manifest.colors.name)
        return Dataset(
            name: root.lastComponent?.string ?? root.string, root: root, classes: classes, train: train,
            validation: validation, test: samples[.test, default: []], shards: shards.map { $0.name },
            statistics: try Statistics(colors: try checkedBytes(manifest.colors, in: root), colors),
            fingerprint: Fingerprint(
                classes: classes, train: train, validation: validation,
                shards: (manifest.train.shards + manifest.validation.shards).map(\.sha256)))
    }

    private static func refuseUnfinished(_ root: FilePath) throws {
        for folder in [root, unfinished(root)] where exists(folder.appending(progressFile)) {
            guard folder == root || !exists(root) else { continue }
            throw DatasetsError(
                .invalid,
                "\(folder) is not prepared to its end; run the same `alexnetd prepare` again, and it goes on")
        }
    }

    private static func exists(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { stat($0, &status) } == 0
    }

    private static func check(_ shard: RecordManifest.File, in root: FilePath) throws {
        let path = root.appending(shard.name)
        var status = stat()
        guard FilePath.Component(shard.name)?.kind == .regular else {
            throw damaged(
                root.appending(RecordManifest.fileName),
                "it lists “\(shard.name)”, which is no plain file name")
        }
        guard path.withPlatformString({ stat($0, &status) }) == 0 else {
            let reason = Errno(rawValue: errno)
            throw reason == .noSuchFileOrDirectory
                ? DatasetsError(
                    .invalid,
                    "\(path) is missing. Restore it from a copy, or remove the folder and prepare the data set again"
                )
                : DatasetsError(
                    .unreadable, "cannot look at \(path); check the disk or the mount", cause: reason)
        }
        guard status.st_size == shard.size else {
            throw damaged(path, "it has \(status.st_size) bytes, its manifest says \(shard.size)")
        }
    }

    private static func reading<Content>(
        _ file: RecordManifest.File, in root: FilePath, _ read: ([UInt8]) throws(CSVError) -> Content
    ) throws -> Content {
        let bytes = try checkedBytes(file, in: root)
        do {
            return try read(bytes)
        } catch {
            throw damaged(root.appending(file.name), "\(error)")
        }
    }

    /// A small file, whose contents are what its manifest says.
    private static func checkedBytes(_ file: RecordManifest.File, in root: FilePath) throws -> [UInt8] {
        try check(file, in: root)
        let path = root.appending(file.name)
        let bytes = try bytes(path)
        guard SHA256.hash(data: bytes).hexadecimal == file.sha256 else {
            throw damaged(path, "it has other bytes than were written: its SHA-256 differs")
        }
        return bytes
    }

    private static func bytes(_ path: FilePath) throws -> [UInt8] {
        let reader = FileReader()
        return try withExtendedLifetime(reader) { [UInt8](try reader.read(path)) }
    }

    private static func damaged(_ path: FilePath, _ problem: String) -> DatasetsError {
        DatasetsError(
            .badData,
            "\(path) is damaged: \(problem). Restore it from a copy, or remove the folder and prepare the data set again"
        )
    }
}
