// What a run's event files hold, record by record, in the order of every reader.

import Foundation
import Jobs
import Records
import SystemPackage
import TensorBoard

struct RunCurves {
    struct Point: Hashable, CustomStringConvertible {
        let tag: String
        let step: Int

        var description: String { "\(tag) at step \(step)" }
    }

    /// The bits of every value that is a function of the plan.
    private(set) var computed: [Point: UInt32] = [:]
    /// Points whose value is of this machine and this hour.
    private(set) var measured: Set<Point> = []
    /// What is there more than once.
    private(set) var repeated: [Point] = []
    /// What is there behind a later step of its tag.
    private(set) var late: [Point] = []
    private(set) var graphs = 0
    private(set) var files: [String] = []
    /// Files that are not whole from their first record to their last.
    private(set) var damaged: [String] = []
    /// Of each tag so far.
    private var newest: [String: Int] = [:]

    init(_ run: RunFolder) throws {
        files = try FileManager.default.contentsOfDirectory(atPath: run.path.string)
            .filter { $0.contains("tfevents") }.sorted()
        for file in files { try read(run.path.appending(file)) }
    }

    private mutating func read(_ path: FilePath) throws {
        var reader = try RecordReader(path)
        while let record = try reader.next() {
            guard let event = Event(decoding: record) else {
                damaged.append("\(path): a record is no event")
                continue
            }
            switch event.content {
            case .graph: graphs += 1
            case .summary(let summary):
                for value in summary.values { add(value, event.step) }
            case .fileVersion, .other: break
            }
        }
        if reader.end != .clean || reader.skipped > 0 {
            damaged.append("\(path): \(reader.skipped) skipped, \(String(describing: reader.end))")
        }
    }

    private mutating func add(_ value: Summary.Value, _ step: Int) {
        guard case .scalar(let number) = value.content else { return }
        let point = Point(tag: value.tag, step: step)
        let isNew: Bool
        switch TagKind(of: value.tag) {
        case .computed, .averaged: isNew = computed.updateValue(number.bitPattern, forKey: point) == nil
        case .measured: isNew = measured.insert(point).inserted
        }
        if !isNew { repeated.append(point) }
        if step < newest[value.tag] ?? -1 { late.append(point) }
        newest[value.tag] = step
    }

    /// The points of one record of a file that is whole.
    static func points(_ path: FilePath, record: Int) throws -> Set<Point> {
        var reader = try RecordReader(path)
        for _ in 0..<record { _ = try reader.next() }
        guard let bytes = try reader.next(), case .summary(let summary) = Event(decoding: bytes)?.content,
            let step = Event(decoding: bytes)?.step
        else { return [] }
        return Set(summary.values.map { Point(tag: $0.tag, step: step) })
    }
}
