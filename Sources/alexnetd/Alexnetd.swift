// The command line: one file per subcommand.

import ArgumentParser
import Glibc
import Training

@main
struct Alexnetd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alexnetd",
        abstract: "Trains AlexNets from a folder of jobs, and carries on whatever happens.",
        version: Version.text,
        subcommands: [
            DemoCommand.self, ServeCommand.self, PrepareCommand.self, TrainCommand.self, ValidateCommand.self,
            PreviewCommand.self, TimeCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(name: "Weights", subcommands: [ImportCommand.self, ExportCommand.self]),
            CommandGroup(
                name: "Using", subcommands: [ClassifyCommand.self, EvaluateCommand.self]),
            CommandGroup(
                name: "Looking",
                subcommands: [JobsCommand.self, LogsCommand.self, CurvesCommand.self, DoctorCommand.self]),
            CommandGroup(
                name: "Control",
                subcommands: [
                    SubmitCommand.self, CancelCommand.self, RetryCommand.self, PauseCommand.self,
                    ResumeCommand.self, DrainCommand.self,
                ]),
        ])

    static func main() {
        // Whoever reads the output may go away; a run does not end for that.
        signal(SIGPIPE, SIG_IGN)
        // Ignored, it would take the ends of children away from whoever waits for them.
        signal(SIGCHLD, SIG_DFL)
        // Where a standard descriptor is closed, a file of ours would take its number, and its output.
        while case let file = open("/dev/null", O_RDWR), file >= 0 {
            guard file > 2 else { continue }
            close(file)
            break
        }
        do {
            var command = try parseAsRoot()
            do {
                try command.run()
            } catch let error as ValidationError {
                // What was asked for could be read, so a summary of how to write it would only bury what is wrong.
                "Error: \(error.message)".split(separator: "\n").map(String.init).forEach(Output.note)
                throw ArgumentParser.ExitCode.validationFailure
            }
        } catch {
            exit(withError: error)
        }
    }
}
