// The command line: one file per subcommand.

import ArgumentParser

@main
struct Alexnetd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alexnetd",
        abstract: "Trains AlexNets from a folder of jobs, and carries on whatever happens.",
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, ServeCommand.self, JobsCommand.self, TrainCommand.self, ValidateCommand.self,
            TimeCommand.self,
        ])
}
