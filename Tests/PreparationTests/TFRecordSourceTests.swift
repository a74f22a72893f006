// ImageNet's TFRecords as a source, ours among them; and other programs as readers of ours.

import Datasets
import Foundation
import Images
import Preparation
import Records
import SystemPackage
import Testing

@Suite struct TFRecordSourceTests {
    @Test func ourRecordsAreASource() throws {
        let tree = try ImageTree.classes(8)
        var settings = ImageTree.settings
        settings.shards = 2
        try tree.prepare(settings)
        let again = tree.folder.path.appending("again")
        let (kind, listing) = try Listing.of(tree.destination, SourceOptions())
        #expect(kind == "TFRecords")
        let before = try Dataset.open(tree.destination)
        #expect(listing.categories.map(\.name) == before.classes)
        #expect(listing.images.filter { $0.split == .train }.map(\.name) == before.train.map(\.path))
        // Already of the size that is wanted: the same bytes come of it.
        _ = try Preparation(tree.destination, to: again, settings).run(threads: 2)
        let after = try Dataset.open(again)
        #expect(after.train.map(\.path) == before.train.map(\.path))
        #expect(after.statistics == before.statistics)
        let (reader, other) = (SampleReader(before), SampleReader(after))
        for (one, two) in zip(before.train + before.validation, after.train + after.validation) {
            #expect(Array(try reader.read(one).bytes) == Array(try other.read(two).bytes))
        }
    }

    /// The records say which images are for validation; and what takes long is named while it lasts.
    @Test func lookingThroughIsTold() throws {
        let tree = try ImageTree.classes(8)
        var settings = ImageTree.settings
        settings.shards = 2
        try tree.prepare(settings)
        settings.validation = 0.5
        let told = Told()
        let again = tree.folder.path.appending("again")
        let outcome = try Preparation(tree.destination, to: again, settings).run(threads: 1) { event in
            switch event {
            case .note(let text): told.notes.append(text)
            case .looking(let place): told.places.append(place)
            case .progress: break
            }
        }
        #expect(told.notes.contains { $0.contains("--validation is not used") })
        #expect(told.places.contains("train-00001-of-00002, file 2 of 3"))
        #expect(outcome.manifest[.validation]?.images == 4)
    }

    private final class Told {
        var notes: [String] = []
        var places: [String] = []
    }

    @Test func damagedRecordsAreLeftOut() throws {
        let tree = try ImageTree.classes(8)
        try tree.prepare()
        let copy = tree.folder.path.appending("copy")
        try FileManager.default.createDirectory(atPath: copy.string, withIntermediateDirectories: false)
        let dataset = try Dataset.open(tree.destination)
        var bytes = [UInt8](
            try Data(contentsOf: URL(filePath: tree.destination.appending("train-00000-of-00001").string)))
        let offsets = dataset.train.compactMap { sample -> Int? in
            if case .record(_, let offset) = sample.place { Int(offset) } else { nil }
        }.sorted()
        bytes[offsets[1] + 100] ^= 1  // of its data
        bytes[offsets[9] + 2] ^= 1  // of its length
        try Data(bytes).write(to: URL(filePath: copy.appending("train-00000-of-00001").string))
        let listing = try Listing.of(copy, SourceOptions()).1
        #expect(listing.images.count == 8)
        #expect(
            listing.omissions == [
                .init(
                    "train-00000-of-00001, record at byte \(offsets[1])",
                    "the record's bytes do not match their checksum"),
                .init(
                    "train-00000-of-00001, record at byte \(offsets[9])",
                    "the record's length is damaged: it and all behind it in the file are lost"),
            ])
        // Every bit of what is before the first image's data.
        for place in 0..<12 {
            var bytes = bytes
            bytes[place] ^= 1
            try Data(bytes).write(to: URL(filePath: copy.appending("train-00000-of-00001").string))
            let error = #expect(throws: PreparationError.self) { try Listing.of(copy, SourceOptions()) }
            #expect(error?.message.contains("none of the 1 TFRecord files") == true)
        }
    }

    @Test func foreignRecordsAreNoDataSet() throws {
        let tree = try ImageTree.classes(2)
        try tree.prepare()
        try FileManager.default.removeItem(atPath: tree.destination.appending("manifest.json").string)
        let error = #expect(throws: DatasetsError.self) { try Dataset.open(tree.destination) }
        #expect(error?.message.contains("make a data set of them with `alexnetd prepare`") == true)
    }

    // MARK: - Other readers

    private static let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

    private static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python] + arguments
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    private static let hasPeer =
        (try? run(["-c", "import google.protobuf, tensorboard.compat.tensorflow_stub"]))?.status == 0

    @Test(.enabled(if: hasPeer, "needs TensorBoard and protobuf in $PYTHON"), arguments: [false, true])
    func protobufItselfReadsOurRecords(isRaw: Bool) throws {
        let tree = try ImageTree.classes(6)
        var settings = isRaw ? PreparationSettings() : ImageTree.settings
        settings.format = isRaw ? .raw : .jpeg
        settings.shards = 2
        try tree.prepare(settings)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "read_records.py")
            .path
        let result = try Self.run([script, tree.destination.string])
        #expect(result.status == 0, "\(result.output)")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == 12)
        let dataset = try Dataset.open(tree.destination)
        for sample in dataset.train + dataset.validation {
            guard case .record(let shard, let offset) = sample.place else { continue }
            let line = try #require(
                lines.first { $0[0] == dataset.shards[Int(shard)] && $0[1] == "\(offset)" })
            let size = isRaw ? ["RAW", "256", "256"] : ["JPEG", "32", "42"]
            #expect(Array(line[2..<7]) == ["\(sample.label + 1)", dataset.classes[Int(sample.label)]] + size)
            let bytes = [UInt8](try SampleReader(dataset).read(sample).bytes)
            #expect(line[7] == RecordManifest.File(name: "", bytes).sha256)
        }
    }
}
