// A run's curves, written once: whatever crashed and however often steps are computed again, every (tag, step) is on
// the disk exactly once.
//
// 1. A point is written when its step is above the newest of its tag on the disk, in any attempt's file.
// 2. So steps must rise within a tag, and a tag is either a scalar or a text.
// 3. A computed point seen again is compared with the one on the disk. The first written stands.
// 4. Points wait in memory; `flush` hands them to the system (about once a second), `sync` brings them to the disk
//    (before a checkpoint of these steps is published).
//
// Belongs to one thread.

package import SystemPackage

package final class RunLog {
    private var history: EventHistory
    private var writer: EventFileWriter
    private let now: () -> Double
    private let report: (Finding) -> Void
    /// Scalars of one step share an event, at less than half the bytes.
    private var open: (step: Int, time: Double, values: [Summary.Value]) = (0, 0, [])
    private var equalPoints = 0
    private var equalThrough = 0
    private var isReplaying = true

    /// Reads what the run has written so far and repairs it.
    /// - Parameters:
    ///   - folder: the run's, which exists and is locked by the caller: one writer at a time.
    ///   - step: the last step inside the checkpoint that the run resumes from; 0 without one.
    ///   - now: the wall clock, seconds since 1970.
    ///   - report: told what was found in the files and on replay.
    /// - Throws: `TensorBoardError.inputOutput`.
    package convenience init(
        folder: FilePath, resumingAfter step: Int, now: @escaping () -> Double = WallClock.now,
        report: @escaping (Finding) -> Void
    ) throws {
        try self.init(
            folder: folder, resumingAfter: step, now: now, report: report,
            writer: EventFileWriter(folder: folder, now: now))
    }

    init(
        folder: FilePath, resumingAfter step: Int, now: @escaping () -> Double,
        report: @escaping (Finding) -> Void, writer: consuming EventFileWriter
    ) throws {
        history = try EventHistory(folder: folder, resumingAfter: step)
        try history.repair()
        self.writer = writer
        (self.now, self.report) = (now, report)
        history.findings.forEach(report)
    }

    /// A point of a curve. A tag under `system/` is measured, any other a function of the plan.
    /// - Throws: `TensorBoardError.invalidPoint`.
    package func scalar(_ tag: String, _ value: Double, step: Int) throws {
        try check(tag, step)
        guard history.texts[tag] == nil else { throw Self.mixed(tag) }
        let value = Float(value)
        let kind = TagKind(of: tag)
        if kind == .computed, step > history.newestComputedStep { endReplay() }
        guard step > history.scalars[tag]?.newest ?? -1 else {
            if kind == .computed, isReplaying { compare(tag, step, value) }
            return
        }
        history.write(tag, step)
        append(Summary.Value(tag, .scalar(value)), step)
    }

    /// A text in Markdown, written unless it is the tag's newest already. One that has changed is a new point, at the
    /// given step or, where that is taken, the next free one.
    /// - Throws: `TensorBoardError.invalidPoint`.
    package func text(_ tag: String, _ markdown: String, step: Int) throws {
        try check(tag, step)
        guard history.scalars[tag] == nil else { throw Self.mixed(tag) }
        guard history.texts[tag]?.holds(step, markdown) != true else { return }
        let step = max(step, (history.texts[tag]?.newest ?? -1) + 1)
        history.write(tag, step, markdown)
        closeEvent()
        let summary = Summary([Summary.Value(tag, .text(markdown))])
        writer.append(Event(wallTime: now(), step: step, .summary(summary)))
    }

    /// The network's graph, once per run.
    package func graph(_ graph: NetworkGraph) {
        guard !history.hasGraph else { return }
        history.writeGraph()
        closeEvent()
        writer.append(Event(wallTime: now(), step: 0, .graph(graph.encoded())))
    }

    /// Hands everything to the system: from here on it survives this process.
    /// - Throws: `TensorBoardError.noSpace` (nothing is lost: wait, then flush again) or `.inputOutput`.
    package func flush() throws {
        closeEvent()
        try writer.flush()
    }

    /// Returns once everything is on the disk: call it before a checkpoint of these steps is published.
    /// - Throws: as `flush`.
    package func sync() throws {
        closeEvent()
        try writer.sync()
    }

    /// Everything to the disk, at the end of an attempt.
    /// - Throws: as `flush`.
    package func close() throws {
        endReplay()
        try sync()
    }
}

extension RunLog {
    private func append(_ value: Summary.Value, _ step: Int) {
        if open.step != step { closeEvent() }
        if open.values.isEmpty { (open.step, open.time) = (step, now()) }
        open.values.append(value)
    }

    private func closeEvent() {
        guard !open.values.isEmpty else { return }
        writer.append(Event(wallTime: open.time, step: open.step, .summary(Summary(open.values))))
        open.values.removeAll(keepingCapacity: true)
    }

    private func compare(_ tag: String, _ step: Int, _ value: Float) {
        guard let written = history.scalars[tag]?.value(at: step) else { return }
        if written.bitPattern == value.bitPattern || written.isNaN && value.isNaN {
            equalPoints += 1
            equalThrough = max(equalThrough, step)
        } else {
            report(.diverged(tag: tag, step: step, written: written, computed: value))
            stopComparing()
        }
    }

    /// The run has come to where no attempt had been before.
    private func endReplay() {
        guard isReplaying else { return }
        if equalPoints > 0 { report(.continuous(points: equalPoints, through: equalThrough)) }
        stopComparing()
    }

    private func stopComparing() {
        isReplaying = false
        history.forgetValues()
    }

    private func check(_ tag: String, _ step: Int) throws {
        // A C string inside, and one bad tag stops TensorBoard's Python loader for every run.
        guard !tag.isEmpty, !tag.utf8.contains(0) else {
            throw TensorBoardError(.invalidPoint, "the tag \"\(tag)\" is empty or holds a zero byte")
        }
        guard step >= 0 else { throw TensorBoardError(.invalidPoint, "\(tag): step \(step) is below 0") }
    }

    private static func mixed(_ tag: String) -> TensorBoardError {
        TensorBoardError(
            .invalidPoint, "the tag \(tag) is used for a scalar and for a text; give each its own name")
    }
}
