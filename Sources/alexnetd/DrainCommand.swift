// alexnetd drain: what has begun is finished, nothing new starts, by a file jobs/DRAINING.

import ArgumentParser
import Foundation
import Jobs
import Spool

struct DrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Finish what has begun, and start nothing new.",
        discussion: """
            Makes the file jobs/DRAINING, as touch does; "resume" removes it. For example, before work on the machine:

              alexnetd drain --wait && poweroff
            """)

    @Flag(help: "Return only when no job is left in jobs/running/, or none of them is worked on.")
    var wait = false
    @OptionGroup var root: RootOptions

    /// Seconds in which a worker that was started before the mark was seen locks its run.
    private static let certainty = 3.0
    /// Seconds between two looks.
    private static let interval = 0.25

    func run() throws {
        let folder = try root.jobFolder()
        do {
            let isNew = try QueueMark.draining.make(in: folder.root, Author.text)
            let fact = isNew ? "the queue drains" : JobList.text(.draining, in: folder.root) + " already"
            let begun = try folder.sightings(in: [.running]).map(\.stem)
            let count = begun.count == 1 ? "1 job is" : "\(begun.count) jobs are"
            let rest =
                begun.isEmpty ? "nothing runs" : "\(count) finished first (\(begun.joined(separator: ", ")))"
            try Output.write(
                "\(fact): \(rest), nothing new starts; \"alexnetd resume\" lets it go on".printable + "\n")
            if wait { try finish(folder) }
        } catch let error as SpoolError {
            throw ArgumentParser.ExitCode.ending(error)
        }
    }

    private func finish(_ folder: JobFolder) throws {
        var quietSince: ContinuousClock.Instant?
        while true {
            guard let mark = QueueMark.current(in: folder.root) else {
                throw SpoolError(
                    .refused, "somebody has let the queue go on; \"alexnetd drain --wait\" again")
            }
            let begun = try folder.sightings(in: [.running]).map(\.stem)
            let isServed = folder.root.isServed != false
            let isWorked = begun.contains { FileLock.isHeld(folder.root.run($0).lock) }
            // A daemon that has not seen the mark may still start a job; and between two attempts nobody works on one, but
            // somebody will.
            let isBusy = isServed && (!mark.isObeyed(in: folder.root) || (mark != .paused && !begun.isEmpty))
            if isWorked || isBusy {
                quietSince = nil
            } else {
                let since = quietSince ?? .now
                quietSince = since
                if !isServed || .now - since >= .seconds(Self.certainty) {
                    let rest =
                        "\(begun.joined(separator: ", ")) stays in jobs/running and goes on from its checkpoint"
                    return try Output.write(
                        (begun.isEmpty ? "nothing runs any more" : "nobody works any more; \(rest)").printable
                            + "\n")
                }
            }
            Thread.sleep(forTimeInterval: Self.interval)
        }
    }
}
