// alexnetd cancel: a job's file goes to jobs/cancelled/.

import ArgumentParser
import Spool

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End jobs that wait, run or are paused.",
        discussion: """
            Moves NAME.yml from jobs/, jobs/running/ or jobs/paused/ to jobs/cancelled/, as mv does. A job that runs \
            writes a checkpoint first, and "retry" goes on from there. For example:

              alexnetd cancel caltech flowers
            """)

    @Argument(
        help: ArgumentHelp("A job, as \"alexnetd jobs\" lists it, or its file's name.", valueName: "name"))
    var names: [String]
    @OptionGroup var root: RootOptions

    func run() throws { try JobControl.cancel.perform(names, in: root) }
}
