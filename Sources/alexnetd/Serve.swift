// alexnetd serve: the daemon.

import ArgumentParser
import ComputeCPU
import Daemon
import Jobs
import Logging
import Spool

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Train the jobs dropped into ROOT/jobs, one after the other.",
        discussion: """
            Drop NAME.yml into ROOT/jobs; it moves to running/, then to done/ or failed/. SIGTERM and Ctrl-C let the \
            running job write a checkpoint first; it goes on with the next start.
            """)

    @OptionGroup var root: RootOptions
    @Option(help: .hidden)
    var lifeline: Int32?

    func run() throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let log = Logger(label: "alexnetd")
        do {
            let requests = try Requests()
            let supervisor = try Supervisor(
                root.folder, command: .thisProgram(environment: BLAS.environment), settings: Settings(),
                log: log,
                readSettings: { Settings() })
            let signals = requests.send(.stop, on: SignalSubscription.endings)
            if let lifeline { Lifeline.watch(lifeline) { requests.send(.stop) } }
            try withExtendedLifetime(signals) { try supervisor.run(requests) }
        } catch let error as SpoolError {
            log.critical("\(error)")
            throw ArgumentParser.ExitCode(Jobs.ExitCode.configuration.rawValue)
        } catch {
            log.critical("\(error)")
            throw ArgumentParser.ExitCode(Jobs.ExitCode.fault.rawValue)
        }
    }
}
