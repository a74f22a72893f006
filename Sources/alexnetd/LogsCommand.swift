// alexnetd logs: what a run's workers have said, runs/NAME/train.log.

import ArgumentParser
import Foundation
import Jobs
import Spool
import SystemPackage

struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print a run's log, and what is added to it.",
        discussion: """
            Of a job that failed before it had a log, prints why. With -f goes on until the run is over or Ctrl-C is \
            pressed. For example:

              alexnetd logs -f -n 20 caltech
            """)

    @Argument(help: "A job, as \"alexnetd jobs\" lists it, or its file's name.")
    var name: String
    @Flag(name: .shortAndLong, help: "Go on with what is added.")
    var follow = false
    @Option(name: [.customShort("n"), .long], help: "Begin with the last lines only.")
    var lines: Int?
    @OptionGroup var root: RootOptions

    /// Seconds between two looks at the log.
    private static let interval = 0.25

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("--lines is 0 or more") }
    }

    func run() throws {
        let folder = try root.jobFolder()
        do {
            let stem = try stem(folder)
            let run = folder.root.run(stem)
            var tail = LogTail(run.log, lines: lines)
            try tail.read(Output.write)
            if follow {
                try goOn(&tail, run, folder)
            } else if !tail.exists {
                try printReason(stem, folder)
            }
        } catch let error as SpoolError {
            throw ArgumentParser.ExitCode.ending(error)
        } catch let error as Errno {
            throw ArgumentParser.ExitCode.ending(
                SpoolError(.folder, "the log of \(name) cannot be read; check permissions", cause: error))
        }
    }

    /// - Throws: `refused` if there is neither a job nor a run of that name.
    private func stem(_ folder: JobFolder) throws -> String {
        let files = try folder.sightings()
        if let file = files.first(where: { $0.fileName == name }) { return file.stem }
        let runs = (try? FileManager.default.contentsOfDirectory(atPath: folder.root.runs.string)) ?? []
        // A run of a bare `train` has no file in the folder.
        let names = files.flatMap(\.names) + runs.filter(JobName.isValid).sorted()
        guard names.contains(name) else {
            throw SpoolError(.refused, JobControl.unknown(name, among: names))
        }
        return name
    }

    private func goOn(_ tail: inout LogTail, _ run: RunFolder, _ folder: JobFolder) throws {
        var looksOver = 0
        while Output.rest(seconds: Self.interval) {
            // Before the log is read: what is written until it is over is read then. Twice, since a file that moves
            // while the folders are read may be missed.
            looksOver = try isOver(run, folder) ? looksOver + 1 : 0
            try tail.read(Output.write)
            guard looksOver >= 2 else { continue }
            if !tail.exists { try printReason(run.name, folder) }
            let end = try folder.sightings(in: JobFolder.Place.over).filter { $0.stem == run.name }
                .max { $0.changed < $1.changed }
            if let end { Output.note("\(run.name) \(end.place.verb)") }
            return
        }
    }

    private func isOver(_ run: RunFolder, _ folder: JobFolder) throws -> Bool {
        let isAlive = try folder.sightings(in: JobFolder.Place.alive).contains { $0.stem == run.name }
        return !isAlive && !FileLock.isHeld(run.lock)
    }

    /// For a run without a log.
    private func printReason(_ stem: String, _ folder: JobFolder) throws {
        if let reason = try? JobFile.read(folder.errorText(stem: stem)) { return try Output.write(reason) }
        let row = try JobList(folder).rows.first { $0.name == stem }
        let fact = row.map { "\(stem): \($0.state)" + ($0.message.map { ", " + $0 } ?? "") } ?? stem
        let advice =
            row.map { JobFolder.Place.alive.contains($0.file.place) } == true
            ? "yet; -f waits for it" : "and will get none by itself"
        throw SpoolError(.refused, "\(fact): it has no log \(advice)")
    }
}
