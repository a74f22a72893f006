// The command line: one file per subcommand.

import ArgumentParser

@main
struct Alexnetd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alexnetd",
        abstract: "Trains AlexNets from a folder of jobs, and carries on whatever happens.",
        version: "0.1.0",
        subcommands: [ServeCommand.self, JobsCommand.self])
}
