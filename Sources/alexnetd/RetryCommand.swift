// alexnetd retry: the file of a job that is over goes back to jobs/.

import ArgumentParser
import Spool

struct RetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Queue jobs again that have failed, are cancelled or are done.",
        discussion: """
            Moves NAME.yml from jobs/failed/, jobs/cancelled/ or jobs/done/ to jobs/, as mv does. The job goes on from \
            its last checkpoint. One that is done trains on if its file has more epochs by now. For example:

              alexnetd retry caltech
            """)

    @Argument(
        help: ArgumentHelp("A job, as \"alexnetd jobs\" lists it, or its file's name.", valueName: "name"))
    var names: [String]
    @OptionGroup var root: RootOptions

    func run() throws { try JobControl.retry.perform(names, in: root) }
}
