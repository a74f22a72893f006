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

    /// Every scalar, histogram and picture that is a function of the plan, as it is encoded.
    private(set) var computed: [Point: [UInt8]] = [:]
    /// Points whose value is of this machine and this hour.
    private(set) var measured: Set<Point> = []
    /// Those of them whose steps follow from the plan: a checkpoint's seconds are logged at the first log step after it
    /// happened to be finished.
    var measuredByPlan: Set<Point> { measured.filter { $0.tag != "system/checkpoint_seconds" } }
    /// Of texts, and of what there is one of in a run: it says how and when the run came about.
    private(set) var told: Set<Point> = []
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
            case .runMetadata(let tag, _): note(told.insert(Point(tag: tag, step: event.step)))
            case .fileVersion, .other: break
            }
        }
        if reader.end != .clean || reader.skipped > 0 {
            damaged.append("\(path): \(reader.skipped) skipped, \(String(describing: reader.end))")
        }
    }

    private mutating func add(_ value: Summary.Value, _ step: Int) {
        let point = Point(tag: value.tag, step: step)
        switch (value.content, TagKind(of: value.tag)) {
        case (.text, _), (.layout, _), (.hparams, _), (.other, _): note(told.insert(point))
        case (_, .measured): note(measured.insert(point))
        case (let content, .computed), (let content, .averaged):
            // Without its caption, which stands beside the first point of each file.
            let bare = Summary([Summary.Value(value.tag, content)])
            let bytes = Event(wallTime: 0, step: step, .summary(bare)).encoded()
            if computed.updateValue(bytes, forKey: point) != nil { repeated.append(point) }
        }
        if step < newest[value.tag] ?? -1 { late.append(point) }
        newest[value.tag] = step
    }

    private mutating func note(_ insertion: (inserted: Bool, memberAfterInsert: Point)) {
        if !insertion.inserted { repeated.append(insertion.memberAfterInsert) }
    }

    /// Of the computed ones.
    var scalars: [Point: Double] {
        computed.reduce(into: [:]) { scalars, point in
            guard case .summary(let summary) = Event(decoding: point.value)?.content,
                case .scalar(let value)? = summary.values.first?.content
            else { return }
            scalars[point.key] = Double(value)
        }
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
