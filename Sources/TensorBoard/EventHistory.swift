// What a run's event files already hold, as far as a resumed run needs to know: a few words for each tag, and for the
// steps it is about to compute again twelve bytes a point. No image and no histogram stays in memory.
//
// Only our own files count: a stranger's file in the folder keeps its points and does not disturb ours.

internal import Records
package import SystemPackage

package struct EventHistory: Sendable {
    /// By `index(of:)`.
    var points: [PointHistory] = []
    private var indices: [String: Int] = [:]
    private(set) var texts: [String: TextHistory] = [:]
    private(set) var hasGraph = false
    private(set) var hasLayout = false
    /// As the first attempt gave them: readers keep the first.
    private(set) var hparams: HParams?
    private(set) var hasSucceeded = false
    /// Tags of what is on the disk.
    private(set) var runMetadata: Set<String> = []
    /// The newest step of any computed point; −1 where there is none.
    private(set) var newestComputedStep = -1
    /// What is not as it was written, file by file.
    package private(set) var findings: [Finding] = []

    private let folder: FilePath
    /// Values are kept from this step on.
    private let resumed: Int
    private var files: [EventReader.File] = []

    /// Reads the event files of a run's folder, in the order of their names.
    /// - Parameter step: the last step inside the checkpoint that the run resumes from; 0 without one. Its own points
    ///   may come again (an evaluation that was still to be done), so they are kept for comparison too.
    /// - Throws: `TensorBoardError.inputOutput` where a file of ours cannot be read.
    package init(folder: FilePath, resumingAfter step: Int) throws {
        (self.folder, resumed) = (folder, step)
        var reader = try EventReader(folder: folder, .ours)
        while let event = try reader.next() { add(event) }
        (findings, files) = (reader.findings, reader.files)
    }

    /// Cuts torn tails back to the last whole record, then brings every file and the folder to the disk: what this
    /// history holds will not be written again, so it must survive a power cut.
    /// - Throws: `TensorBoardError.inputOutput`.
    package func repair() throws {
        for file in files {
            do {
                let descriptor = try FileDescriptor.open(file.path, .readWrite, options: [.closeOnExec])
                defer { try? descriptor.close() }
                if case .torn(let offset) = file.end { try descriptor.resize(to: Int64(offset)) }
                try FileSync.sync(descriptor, file.path)
            } catch let error as Errno {
                throw TensorBoardError(
                    .inputOutput, "cannot repair the event file \(file.path); check who owns it", cause: error
                )
            }
        }
        try FileSync.sync(folder: folder)
    }

    private mutating func add(_ event: Event) {
        switch event.content {
        case .fileVersion, .other: break
        case .graph: hasGraph = true
        case .runMetadata(let tag, _): runMetadata.insert(tag)
        case .summary(let summary):
            for value in summary.values { add(value, event.step) }
        }
    }

    private mutating func add(_ value: Summary.Value, _ step: Int) {
        switch value.content {
        case .scalar: add(value, step, .scalar)
        case .histogram: add(value, step, .histogram)
        case .image: add(value, step, .image)
        case .text(let markdown):
            texts[value.tag, default: TextHistory()].add(step, markdown, keepingText: step >= resumed)
        case .layout: hasLayout = true
        case .hparams(let message) where value.tag == HParams.startTag:
            hparams = hparams ?? HParams(decoding: message)
        case .hparams: hasSucceeded = hasSucceeded || value.tag == HParams.endTag
        case .other: break
        }
    }

    private mutating func add(_ value: Summary.Value, _ step: Int, _ kind: PointHistory.Kind) {
        let index = indices[value.tag] ?? add(value.tag, kind)
        let isComputed = points[index].origin == .computed
        let isCompared = isComputed && step >= resumed && points[index].kind == kind
        points[index].read(step, isCompared ? value.content.comparableBits : nil)
        if isComputed { newestComputedStep = max(newestComputedStep, step) }
    }

    private mutating func add(_ tag: String, _ kind: PointHistory.Kind) -> Int {
        points.append(PointHistory(kind, TagKind(of: tag)))
        indices[tag] = points.count - 1
        return points.count - 1
    }
}

// MARK: What a run log adds to it

extension EventHistory {
    /// The place of a tag's history in `points`.
    /// - Throws: `TensorBoardError.invalidPoint` where no reader could take the tag, or one would take it for
    ///   something else.
    mutating func index(of tag: String, _ kind: PointHistory.Kind) throws -> Int {
        if let index = indices[tag] {
            guard points[index].kind == kind else {
                throw Self.mixed(tag, points[index].kind.rawValue, kind.rawValue)
            }
            return index
        }
        try Self.check(tag)
        guard texts[tag] == nil else { throw Self.mixed(tag, "text", kind.rawValue) }
        return add(tag, kind)
    }

    /// What is known of a text.
    /// - Throws: as `index(of:_:)`.
    func text(_ tag: String) throws -> TextHistory {
        if let text = texts[tag] { return text }
        try Self.check(tag)
        if let index = indices[tag] { throw Self.mixed(tag, points[index].kind.rawValue, "text") }
        return TextHistory()
    }

    mutating func write(_ tag: String, _ step: Int, _ markdown: String) {
        texts[tag, default: TextHistory()].write(step, markdown)
    }

    mutating func writeGraph() { hasGraph = true }

    mutating func writeLayout() { hasLayout = true }

    mutating func write(_ hparams: HParams) { self.hparams = hparams }

    mutating func writeSuccess() { hasSucceeded = true }

    mutating func writeRunMetadata(_ tag: String) { runMetadata.insert(tag) }

    mutating func forgetValues() {
        for index in points.indices { points[index].forgetValues() }
    }

    static func check(_ tag: String) throws {
        // A C string inside, and one bad tag stops TensorBoard's Python loader for every run.
        guard !tag.isEmpty, !tag.utf8.contains(0) else {
            throw TensorBoardError(.invalidPoint, "the tag \"\(tag)\" is empty or holds a zero byte")
        }
    }

    private static func mixed(_ tag: String, _ first: String, _ second: String) -> TensorBoardError {
        TensorBoardError(
            .invalidPoint, "the tag \(tag) is used for a \(first) and for a \(second); give each its own name"
        )
    }
}

extension Summary.Content {
    /// What stands for it when it is computed again: of a scalar its bits, of anything larger a checksum.
    var comparableBits: UInt32? {
        switch self {
        // Whatever bits a calculation that has failed leaves behind, it has failed.
        case .scalar(let value): value.isNaN ? Float.nan.bitPattern : value.bitPattern
        case .histogram(let histogram):
            histogram.encoded().withUnsafeBytes { MaskedCRC.crc32c($0) }
        case .image(let picture): picture.png.withUnsafeBytes { MaskedCRC.crc32c($0) }
        case .text, .layout, .hparams, .other: nil
        }
    }
}
