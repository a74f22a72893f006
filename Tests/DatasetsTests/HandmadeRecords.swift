// A folder of prepared records, put together by hand: small enough to know every byte of, for tests that break it.

import CSV
import Datasets
import Foundation
import Images
import Records
import SystemPackage
import TemporaryFolders

struct HandmadeRecords {
    let folder: TemporaryFolder
    var root: FilePath { folder.path }

    /// Two classes, four training images in two shards, two for validation.
    /// - Parameter isRaw: bare squares in place of JPEG files.
    init(isRaw: Bool) throws {
        folder = try TemporaryFolder()
        var sums = ColorSums()
        func image(_ number: Int) throws -> [UInt8] {
            let jpeg = try TemporaryFolder.jpeg(number)
            var square = [UInt8](repeating: 0, count: Resize.bytesPerSquare)
            try jpeg.withUnsafeBytes { try SquareDecoder().decode($0, into: &square) }
            if number < 4 { sums.add(square, count: Resize.side * Resize.side) }
            return isRaw ? square : jpeg
        }
        // Within a shard in another order than in the index.
        let train = try split(
            .train, [[3, 0], [2, 1]].map { try $0.map { ($0, try image($0)) } }, isRaw: isRaw)
        let validation = try split(.validation, [try [4, 5].map { ($0, try image($0)) }], isRaw: isRaw)
        let categories = Categories([.init(name: "cat", text: "cat"), .init(name: "dog", text: "a, dog")])
        try write(
            RecordManifest(
                settings: [:], classes: 2, train: train, validation: validation, test: nil,
                categories: try file(RecordSet.categoriesFile, categories.encoded()),
                colors: try file(RecordSet.colorsFile, try Statistics(sums).encodedColors()), repaired: [:],
                leftOut: 0))
    }

    func write(_ manifest: RecordManifest) throws {
        try folder.write(RecordManifest.fileName, try manifest.encoded())
    }

    /// Even numbers are cats.
    private func split(_ split: Dataset.Split, _ shards: [[(number: Int, image: [UInt8])]], isRaw: Bool)
        throws
        -> RecordManifest.Split
    {
        var samples: [Sample] = []
        let files = try shards.enumerated().map { number, images in
            var writer = RecordWriter()
            for image in images {
                let data = Self.example(image.image, isRaw: isRaw)
                samples.append(
                    Sample(
                        path: "\(split.rawValue)/\(image.number).jpg", label: Int32(image.number % 2),
                        size: Int64(data.count),
                        place: .record(shard: Int32(number), offset: Int64(writer.bytes.count))))
                writer.append(data)
            }
            return try file(RecordSet.shardFile(split, number, of: shards.count), writer.bytes)
        }
        var index = RecordIndex.header
        samples.sort { ($0.label, $0.path) < ($1.label, $1.path) }
        for sample in samples {
            RecordIndex.append(sample, class: ["cat", "dog"][Int(sample.label)], to: &index)
        }
        return RecordManifest.Split(
            images: samples.count, index: try file(RecordSet.indexFile(split), index.bytes), shards: files)
    }

    func file(_ name: String, _ bytes: [UInt8]) throws -> RecordManifest.File {
        try folder.write(name, bytes)
        return RecordManifest.File(name: name, bytes)
    }

    private static func example(_ image: [UInt8], isRaw: Bool) -> [UInt8] {
        func varint(_ value: Int) -> [UInt8] {
            value < 128 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
        }
        func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
            [UInt8(number << 3 | 2)] + varint(bytes.count) + bytes
        }
        func entry(_ key: String, _ value: [UInt8]) -> [UInt8] {
            field(1, field(1, Array(key.utf8)) + field(2, field(1, field(1, value))))
        }
        let format = Array((isRaw ? "RAW" : "JPEG").utf8)
        return field(1, entry("image/format", format) + entry("image/encoded", image))
    }
}
