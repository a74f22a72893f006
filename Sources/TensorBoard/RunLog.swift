// A run's curves, written once: whatever crashed and however often steps are computed again, every (tag, step) is on
// the disk exactly once.
//
// 1. A point is written when its step is above the newest of its tag on the disk, in any attempt's file. What there is
//    one of in a run (graph, layout, hyper-parameters, its success) is written when it is not on the disk.
// 2. So steps must rise within a tag, and a tag is of one kind: scalar, histogram, image or text.
// 3. A computed point seen again is compared with the one on the disk. The first written stands.
// 4. Points wait in memory; `flush` hands them to the system (about once a second), `sync` brings them to the disk
//    (before a checkpoint of these steps is published).
// 5. Nothing is written that would stop a reader: what it cannot show is refused.
//
// Belongs to one thread.

package import SystemPackage

package final class RunLog {
    var history: EventHistory
    private var writer: EventFileWriter
    let now: () -> Double
    let report: (Finding) -> Void
    private var captions: [String: Caption] = [:]
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

    /// What a tag's card says about itself, to be given before the tag's first point: it goes with the first in each
    /// attempt's file.
    package func describe(_ tag: String, title: String, description: String) {
        captions[tag] = Caption(title: title, description: description)
    }

    /// A point of a curve. A tag under `system/` is measured, any other a function of the plan.
    /// - Throws: `TensorBoardError.invalidPoint`.
    package func scalar(_ tag: String, _ value: Double, step: Int) throws {
        let content = Summary.Content.scalar(Float(value))
        guard let isFirst = try admit(tag, .scalar, step, content) else { return }
        if open.step != step { closeEvent() }
        if open.values.isEmpty { (open.step, open.time) = (step, now()) }
        open.values.append(Summary.Value(tag, content, caption: isFirst ? captions[tag] : nil))
    }

    /// How a tensor's values are spread. Those that are not finite have no place in it: where there are some, their
    /// number is a point of the scalar `TAG/not_finite`.
    /// - Throws: `TensorBoardError.invalidPoint`.
    package func histogram(_ tag: String, _ histogram: Histogram, notFinite: Int = 0, step: Int) throws {
        try point(tag, .histogram, .histogram(histogram), step)
        if notFinite > 0 { try scalar(tag + "/not_finite", Double(notFinite), step: step) }
    }

    /// A picture.
    /// - Parameter png: a whole PNG file, whose header says how large it is.
    /// - Throws: `TensorBoardError.invalidPoint`.
    package func image(_ tag: String, png: [UInt8], step: Int) throws {
        try point(tag, .image, .image(Picture(png: png)), step)
    }

    /// A text in Markdown, written unless it is the tag's newest already. One that has changed is a new point, at the
    /// given step or, where that is taken, the next free one.
    /// - Throws: `TensorBoardError.invalidPoint`.
    package func text(_ tag: String, _ markdown: String, step: Int) throws {
        try Self.check(step, of: tag)
        let text = try history.text(tag)
        guard !text.holds(step, markdown) else { return }
        let step = max(step, text.newest + 1)
        history.write(tag, step, markdown)
        write(Summary.Value(tag, .text(markdown), caption: text.isInThisFile ? nil : captions[tag]), step)
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

// MARK: Writing

extension RunLog {
    private func point(
        _ tag: String, _ kind: PointHistory.Kind, _ content: Summary.Content, _ step: Int
    ) throws {
        guard let isFirst = try admit(tag, kind, step, content) else { return }
        write(Summary.Value(tag, content, caption: isFirst ? captions[tag] : nil), step)
    }

    /// A value with an event of its own.
    func write(_ value: Summary.Value, _ step: Int) {
        write(Event(wallTime: now(), step: step, .summary(Summary([value]))))
    }

    func write(_ event: borrowing Event) {
        closeEvent()
        writer.append(event)
    }

    private func closeEvent() {
        guard !open.values.isEmpty else { return }
        writer.append(Event(wallTime: open.time, step: open.step, .summary(Summary(open.values))))
        open.values.removeAll(keepingCapacity: true)
    }
}

// MARK: What is there already

extension RunLog {
    /// Nil where the point is on the disk already; else whether it is its tag's first in this attempt's file.
    private func admit(
        _ tag: String, _ kind: PointHistory.Kind, _ step: Int, _ content: Summary.Content
    ) throws -> Bool? {
        try Self.check(step, of: tag)
        let index = try history.index(of: tag, kind)
        let isComputed = history.points[index].origin == .computed
        if isReplaying, isComputed, step > history.newestComputedStep { endReplay() }
        guard step > history.points[index].newest else {
            if isReplaying, isComputed { compare(tag, history.points[index].bits(at: step), content, step) }
            return nil
        }
        defer { history.points[index].write(step) }
        return !history.points[index].isInThisFile
    }

    private func compare(_ tag: String, _ written: UInt32?, _ content: Summary.Content, _ step: Int) {
        guard let written, let computed = content.comparableBits else { return }
        if written == computed {
            equalPoints += 1
            equalThrough = max(equalThrough, step)
            return
        }
        switch content {
        case .scalar(let value):
            report(.diverged(tag: tag, step: step, written: Float(bitPattern: written), computed: value))
        default: report(.redrawn(tag: tag, step: step))
        }
        stopComparing()
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

    static func check(_ step: Int, of tag: String) throws {
        guard step >= 0 else { throw TensorBoardError(.invalidPoint, "\(tag): step \(step) is below 0") }
    }
}
