// Every event of a run's folder, in the order of every reader: files by name, records front to back. Nothing a file
// may hold stops it: a record with a bad checksum is as good as absent, a bad length ends its file, a torn tail too.
//
//     var reader = try EventReader(folder: run)
//     while let event = try reader.next() {
//         guard case .summary(let summary) = event.content else { continue }
//         for value in summary.values { … value.tag, value.content, event.step, event.wallTime … }
//     }

internal import Records
package import SystemPackage

package struct EventReader: ~Copyable {
    package enum Selection: Sendable {
        /// As TensorBoard shows it: other programs' event files in the folder too.
        case all
        /// Only what this program wrote.
        case ours
    }

    /// A file that has been read to its end.
    struct File: Sendable {
        let path: FilePath
        let end: RecordReader.End
    }

    /// What is not as it was written, in the files read so far.
    package private(set) var findings: [Finding] = []
    private(set) var files: [File] = []
    /// Still to be read, the next one last.
    private var paths: [FilePath]
    private var current: RecordReader?
    private var unreadable = 0

    /// - Throws: `TensorBoardError.inputOutput` where the folder cannot be listed.
    package init(folder: FilePath, _ selection: Selection = .all) throws {
        let names = try EventFileName.all(in: folder)
        findings = names.filter { !EventFileName.isOurs($0) }.map { .foreign(folder.appending($0)) }
        paths = names.filter { selection == .all || EventFileName.isOurs($0) }.reversed()
            .map { folder.appending($0) }
    }

    /// Nil behind the last event of the last file.
    /// - Throws: `TensorBoardError.inputOutput` where a file cannot be read.
    package mutating func next() throws -> Event? {
        do {
            while let path = paths.last {
                var records = try current.take() ?? RecordReader(path)
                while let record = try records.next() {
                    guard let event = Event(decoding: record) else {
                        unreadable += 1
                        continue
                    }
                    current = consume records
                    return event
                }
                finish(path, records)
            }
            return nil
        } catch let error as RecordsError {
            throw TensorBoardError(.inputOutput, "cannot read what the run has written so far", cause: error)
        }
    }

    private mutating func finish(_ path: FilePath, _ records: borrowing RecordReader) {
        unreadable += records.skipped
        if unreadable > 0 { findings.append(.unreadableRecords(path, count: unreadable)) }
        unreadable = 0
        let end = records.end ?? .clean
        switch end {
        case .clean: break
        case .torn(let offset): findings.append(.tornTail(path, at: offset))
        case .badLength(let offset): findings.append(.badLength(path, at: offset))
        }
        files.append(File(path: path, end: end))
        paths.removeLast()
    }
}
