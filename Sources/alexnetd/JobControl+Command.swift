// cancel, retry, pause and resume as commands: each job in its turn, with one line for each that says what has happened and
// what will happen next.

import ArgumentParser
import Jobs
import Spool

extension JobControl {
    /// - Throws: the exit code of the first error, after all have had their turn.
    func perform(_ names: [String], in root: RootOptions) throws {
        let folder = try root.jobFolder()
        var failure: ArgumentParser.ExitCode?
        for name in names {
            do {
                try Output.write(line(try folder.perform(self, name), folder).printable + "\n")
            } catch let error as SpoolError {
                let code = ArgumentParser.ExitCode.ending(error)
                failure = failure ?? code
            }
        }
        if let failure { throw failure }
    }

    private func line(_ outcome: JobFolder.Outcome, _ folder: JobFolder) throws -> String {
        switch outcome {
        case .already(let file):
            let isQueued = file.place == .queued
            return "\(file.stem): \(file.place.verb) already"
                + (isQueued ? "; \(try folder.outlook(file.stem))" : "")
        case .moved(let file, let others):
            let rest = others.map { "; \($0), of the same name, stays" }.joined()
            return "\(file.stem): \(try next(file, folder))" + rest
        }
    }

    private func next(_ file: JobFolder.Sighting, _ folder: JobFolder) throws -> String {
        let name = file.stem
        let isWorked = file.place == .running && FileLock.isHeld(folder.root.run(name).lock)
        let ending = isWorked ? "; its worker writes a checkpoint and ends" : ""
        switch self {
        case .cancel: return "cancelled\(ending); \"alexnetd retry \(name)\" queues it again"
        case .pause: return "paused\(ending); \"alexnetd resume \(name)\" queues it again"
        case .retry, .resume: return "queued; \(try folder.outlook(name))"
        }
    }
}

extension JobFolder {
    /// What will become of a job that has just been queued: "next; it goes on from the checkpoint of step 200".
    func outlook(_ name: String) throws -> String {
        var list = try JobList(self)
        // Whoever looks while it moves may miss it.
        if !list.rows.contains(where: { $0.name == name }) { list = try JobList(self) }
        let row = list.rows.first { $0.name == name }
        var parts: [String] =
            switch row?.file.place {
            case .queued: [row?.message ?? "it waits for its turn"]
            case .running: ["its turn has come"]
            case let place?: ["it " + place.verb + (row?.message.map { ": " + $0 } ?? "")]
            case nil: ["somebody has taken it away again"]
            }
        let step = root.run(name).newestCheckpointStep
        if step >= 0 { parts.append("it goes on from the checkpoint of step \(step)") }
        if list.isServed == false { parts.append("no daemon serves \(root.path) now") }
        return parts.joined(separator: "; ")
    }
}
