// alexnetd jobs: what is queued, running and over, read from the folder itself; no daemon is asked.

import ArgumentParser
import Foundation
import Jobs
import Spool

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List the jobs and how far each has come.")

    @OptionGroup var root: RootOptions

    @Flag(help: "One JSON array instead of a table.")
    var json = false

    func run() throws {
        let root = root.folder
        guard FileManager.default.fileExists(atPath: root.jobs.string) else {
            throw ValidationError(
                "there is no job folder at \(root.jobs); give --root, or run \"alexnetd serve\" there first")
        }
        let rows = try JobRow.all(in: JobFolder(root))
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            print(String(decoding: try encoder.encode(rows), as: UTF8.self))
        } else {
            print(
                rows.isEmpty ? "No jobs in \(root.jobs)." : JobRow.table(rows),
                terminator: rows.isEmpty ? "\n" : "")
            if !FileLock.isHeld(root.lock) {
                FileHandle.standardError.write(Data("No daemon serves \(root.path) now.\n".utf8))
            }
        }
    }
}
