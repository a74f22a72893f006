// alexnetd jobs: what is queued, running and over, read from the folder itself; no daemon is asked.

import ArgumentParser
import Foundation
import Jobs
import Spool

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List the jobs and how far each has come.",
        discussion: """
            The queue stands in the order in which it will run, each job with what it waits for. CHECKPOINT is how long \
            ago a running job was last written to disk: the work since then would be lost now. For example, to look \
            at two jobs until Ctrl-C:

              alexnetd jobs --watch caltech flowers
            """)

    @Argument(help: ArgumentHelp("Only these jobs.", valueName: "name"))
    var names: [String] = []
    @OptionGroup var root: RootOptions
    @Flag(help: "One JSON array instead of a table.")
    var json = false
    @Flag(help: "Look again every second; in a pipe, print what has changed.")
    var watch = false

    func run() throws {
        do {
            var list = try JobList(root.jobFolder())
            for name in names where !list.rows.contains(where: { isMeant(name, $0) }) {
                throw SpoolError(.refused, JobControl.unknown(name, among: list.rows.flatMap(\.file.names)))
            }
            watch ? try follow(&list) : try show(list)
        } catch let error as SpoolError {
            throw ArgumentParser.ExitCode.ending(error)
        }
    }

    private func show(_ list: JobList) throws {
        if json {
            try Output.write(JSONText.of(rows(list), pretty: true) + "\n")
        } else {
            try Output.write(lines(list).map { $0 + "\n" }.joined())
            remarks(list).forEach(Output.note)
        }
    }

    private func follow(_ list: inout JobList) throws {
        var shown: String?
        if json || !Output.isTerminal { remarks(list).forEach(Output.note) }
        repeat {
            try list.refresh()
            let isRedrawn = Output.isTerminal && !json
            let text =
                json ? try JSONText.of(rows(list)) + "\n" : lines(list).map { $0 + "\n" }.joined()
            if isRedrawn {
                try Output.write(Self.frame(lines(list) + remarks(list)))
            } else if text != shown {
                try Output.write(shown == nil || json ? text : "\n" + text)
            }
            shown = text
        } while Output.rest(seconds: 1)
    }

    private func isMeant(_ name: String, _ row: JobRow) -> Bool {
        row.file.names.contains(name)
    }

    private func rows(_ list: JobList) -> [JobRow] {
        names.isEmpty ? list.rows : list.rows.filter { row in names.contains { isMeant($0, row) } }
    }

    private func lines(_ list: JobList) -> [String] {
        let rows = rows(list)
        guard rows.isEmpty else { return JobTable.lines(rows, width: Output.size?.columns) }
        return ["No jobs in \(list.folder.root.jobs)."]
    }

    /// What holds the whole queue and stands in no row.
    private func remarks(_ list: JobList) -> [String] {
        let hold = list.rows.contains { $0.file.place == .queued } ? nil : list.hold
        let unserved = list.isServed == false ? "No daemon serves \(list.folder.root.path) now." : nil
        return [hold.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }, unserved].compactMap(\.self)
            + list.gpusOut.map { "\($0) is out of service after faults." }
    }

    /// Over what the terminal shows: each line clears its rest, the last one what is below. Ends where a shell's prompt
    /// may stand, so that Ctrl-C has nothing to tidy up.
    private static func frame(_ lines: [String]) -> String {
        var lines = lines
        if let rows = Output.size?.rows, rows > 2, lines.count > rows - 1 {
            let rest = lines.count - (rows - 2)
            lines = lines.prefix(rows - 2) + ["… and \(rest) more"]
        }
        return "\u{1B}[H" + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }
}
