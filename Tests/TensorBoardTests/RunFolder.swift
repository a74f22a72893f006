// A run's folder as a test sees it: its event files, and every point in them, raw.

import Foundation
import Records
import SystemPackage
import TemporaryFolders
import TensorBoard

/// Everything that is on the disk, in the order of the files' names.
struct RawEvents {
    struct Point: Hashable {
        let tag: String
        let step: Int
        let content: Summary.Content
        let caption: Caption?

        var isHistogram: Bool { if case .histogram = content { true } else { false } }
        var isImage: Bool { if case .image = content { true } else { false } }
    }

    var points: [Point] = []
    var graphs = 0
    var runMetadata: [String] = []
    var versions = 0
    var ends: [RecordReader.End?] = []

    var keys: [String] { points.map { "\($0.tag)@\($0.step)" } }

    /// The content of every point that is a function of the plan, by its key.
    var computed: [String: Summary.Content] {
        let computed = points.filter { !$0.tag.hasPrefix("system/") && !$0.tag.hasPrefix("_hparams_/") }
        return Dictionary(computed.map { ("\($0.tag)@\($0.step)", $0.content) }) { first, _ in first }
    }

    func tags(_ kind: (Point) -> Bool) -> [String] { Set(points.filter(kind).map(\.tag)).sorted() }

    func scalars(_ tag: String) -> [Int: Float] {
        var values: [Int: Float] = [:]
        for point in points where point.tag == tag {
            if case .scalar(let value) = point.content { values[point.step] = value }
        }
        return values
    }

    func texts(_ tag: String) -> [String] {
        points.compactMap { point in
            if point.tag == tag, case .text(let text) = point.content { "\(point.step) \(text)" } else { nil }
        }
    }
}

extension TemporaryFolder {
    /// In the order of their bytes, as every reader has them.
    func eventFiles() throws -> [FilePath] {
        try FileManager.default.contentsOfDirectory(atPath: path.string)
            .filter { $0.contains("tfevents") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            .map { path.appending($0) }
    }

    func events() throws -> RawEvents {
        var raw = RawEvents()
        for file in try eventFiles() {
            var reader = try RecordReader(file)
            while let record = try reader.next() {
                guard let event = Event(decoding: record) else { continue }
                switch event.content {
                case .fileVersion: raw.versions += 1
                case .graph: raw.graphs += 1
                case .summary(let summary):
                    raw.points += summary.values.map {
                        .init(tag: $0.tag, step: event.step, content: $0.content, caption: $0.caption)
                    }
                case .runMetadata(let tag, _): raw.runMetadata.append(tag)
                case .other: break
                }
            }
            raw.ends.append(reader.end)
        }
        return raw
    }

    /// Where each whole record of a file begins, and where the last ends.
    func recordStarts(_ file: FilePath) throws -> [Int] {
        var reader = try RecordReader(file)
        var starts = [0]
        while try reader.next() != nil { starts.append(reader.offset) }
        return starts
    }

    func contents(_ file: FilePath) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: file.string)))
    }
}
