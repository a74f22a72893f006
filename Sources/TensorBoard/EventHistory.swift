// What a run's event files already hold, as far as a resumed run needs to know.
//
// Only our own files count: a stranger's file in the folder keeps its points and does not disturb ours. A record with
// a bad checksum is as good as absent, a bad length ends its file, a torn tail ends it too and is cut off by `repair`.

internal import Records
package import SystemPackage

package struct EventHistory: Sendable {
    private struct File: Sendable {
        let path: FilePath
        let end: RecordReader.End
    }

    private(set) var scalars: [String: ScalarHistory] = [:]
    private(set) var texts: [String: TextHistory] = [:]
    private(set) var hasGraph = false
    /// The newest step of any computed scalar; −1 where there is none.
    private(set) var newestComputedStep = -1
    /// What is not as it was written, file by file.
    package private(set) var findings: [Finding] = []

    private let folder: FilePath
    /// Values are kept from this step on.
    private let resumed: Int
    private var files: [File] = []

    /// Reads the event files of a run's folder, in the order of their names.
    /// - Parameter step: the last step inside the checkpoint that the run resumes from; 0 without one. Its own points
    ///   may come again (an evaluation that was still to be done), so they are kept for comparison too.
    /// - Throws: `TensorBoardError.inputOutput` where a file of ours cannot be read.
    package init(folder: FilePath, resumingAfter step: Int) throws {
        (self.folder, resumed) = (folder, step)
        for name in try EventFileName.all(in: folder) {
            let path = folder.appending(name)
            if EventFileName.isOurs(name) { try read(path) } else { findings.append(.foreign(path)) }
        }
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

    private mutating func read(_ path: FilePath) throws {
        do {
            var reader = try RecordReader(path)
            var unreadable = 0
            while let record = try reader.next() {
                if let event = Event(decoding: record) { add(event) } else { unreadable += 1 }
            }
            unreadable += reader.skipped
            if unreadable > 0 { findings.append(.unreadableRecords(path, count: unreadable)) }
            switch reader.end ?? .clean {
            case .clean: break
            case .torn(let offset): findings.append(.tornTail(path, at: offset))
            case .badLength(let offset): findings.append(.badLength(path, at: offset))
            }
            files.append(File(path: path, end: reader.end ?? .clean))
        } catch let error as RecordsError {
            throw TensorBoardError(.inputOutput, "cannot read what the run has written so far", cause: error)
        }
    }

    private mutating func add(_ event: Event) {
        switch event.content {
        case .fileVersion, .other: break
        case .graph: hasGraph = true
        case .summary(let summary):
            for value in summary.values { add(value, event.step) }
        }
    }

    private mutating func add(_ value: Summary.Value, _ step: Int) {
        switch value.content {
        case .scalar(let number):
            let kind = TagKind(of: value.tag)
            scalars[value.tag, default: ScalarHistory()]
                .read(step, number, keepingValue: kind == .computed && step >= resumed)
            if kind == .computed { newestComputedStep = max(newestComputedStep, step) }
        case .text(let markdown):
            texts[value.tag, default: TextHistory()].add(step, markdown, keepingText: step >= resumed)
        case .other: break
        }
    }
}

// MARK: What a run log adds to it

extension EventHistory {
    /// Notes a point about to be written.
    mutating func write(_ tag: String, _ step: Int) {
        scalars[tag, default: ScalarHistory()].write(step)
    }

    mutating func write(_ tag: String, _ step: Int, _ markdown: String) {
        texts[tag, default: TextHistory()].add(step, markdown, keepingText: true)
    }

    mutating func writeGraph() {
        hasGraph = true
    }

    mutating func forgetValues() {
        for tag in scalars.keys { scalars[tag]?.forgetValues() }
    }
}
