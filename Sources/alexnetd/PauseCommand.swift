// alexnetd pause: a job's file goes to jobs/paused/; or the whole queue is held by a file jobs/PAUSED.

import ArgumentParser
import Jobs
import Spool

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let jobs wait until they are resumed, or the whole queue.",
        discussion: """
            Moves NAME.yml from jobs/ or jobs/running/ to jobs/paused/, as mv does; without NAME, makes the file \
            jobs/PAUSED, as touch does. What runs writes a checkpoint first and frees the machine. For example:

              alexnetd pause caltech
            """)

    @Argument(help: ArgumentHelp("A job; without any, the whole queue.", valueName: "name"))
    var names: [String] = []
    @OptionGroup var root: RootOptions

    func run() throws {
        guard names.isEmpty else { return try JobControl.pause.perform(names, in: root) }
        let root = try root.jobFolder().root
        do {
            let isNew = try QueueMark.paused.make(in: root, Author.text)
            let fact = isNew ? "the queue is paused" : JobList.text(.paused, in: root) + " already"
            try Output.write(
                "\(fact): what runs stops after a checkpoint, nothing starts; \"alexnetd resume\" lets it go on"
                    .printable + "\n")
        } catch let error as SpoolError {
            throw ArgumentParser.ExitCode.ending(error)
        }
    }
}
