// alexnetd resume: what pause and drain have held goes on.

import ArgumentParser
import Jobs
import Spool

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let paused jobs go on, or the whole queue.",
        discussion: """
            Moves NAME.yml from jobs/paused/ to jobs/, as mv does; without NAME, removes the files jobs/PAUSED and \
            jobs/DRAINING, as rm does. Paused jobs stay paused then. For example:

              alexnetd resume caltech
            """)

    @Argument(help: ArgumentHelp("A job; without any, the whole queue.", valueName: "name"))
    var names: [String] = []
    @OptionGroup var root: RootOptions

    func run() throws {
        guard names.isEmpty else { return try JobControl.resume.perform(names, in: root) }
        let folder = try root.jobFolder()
        do {
            var ended: [String] = []
            for mark in QueueMark.allCases {
                let fact = mark == .paused ? "paused" : "draining"
                let text = mark.text(in: folder.root).map { " (\($0))" } ?? ""
                if try mark.remove(in: folder.root) { ended.append(fact + text) }
            }
            let fact =
                ended.isEmpty
                ? "the queue was neither paused nor draining"
                : "the queue goes on; it was \(ended.joined(separator: " and "))"
            try Output.write((fact + (try next(folder))).printable + "\n")
        } catch let error as SpoolError {
            throw ArgumentParser.ExitCode.ending(error)
        }
    }

    private func next(_ folder: JobFolder) throws -> String {
        let list = try JobList(folder)
        let waiting = list.rows.count { $0.file.place == .running || $0.jobsAhead != nil }
        let first = list.rows.first { $0.file.place == .running || $0.jobsAhead != nil }
        let queue =
            switch (first, waiting) {
            case (nil, _): "no job waits"
            case (let job?, 1): "\(job.name) is the only job"
            case (let job?, _): "\(job.name) is the first of \(waiting) jobs"
            }
        let served = list.isServed == false ? "; no daemon serves \(folder.root.path) now" : ""
        return "; \(queue)\(served)"
    }
}
