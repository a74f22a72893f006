// alexnetd serve: the daemon.

import ArgumentParser
import Daemon
import Foundation
import Glibc
import Jobs
import Logging
import Spool
import Systemd
import Training

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Train the jobs dropped into ROOT/jobs: one at a time on each GPU and on the CPU.",
        discussion: """
            Drop NAME.yml into ROOT/jobs; it moves to running/, then to done/ or failed/. SIGTERM and Ctrl-C let the \
            running job write a checkpoint first; it goes on with the next start.

            Each setting is a flag, a variable of the environment and a key of the settings file, as in \
            stall_timeout: 10m; the flag goes before the variable, that before the file. A root that the file names is \
            this command's alone: the others take --root or $ALEXNETD_ROOT.
            """)

    @OptionGroup var settings: SettingsOptions
    @Flag(help: "Print every setting with where it is from, say whether the daemon could work so, and end.")
    var check = false
    @Option(help: .hidden)
    var lifeline: Int32?

    func run() throws {
        if check { return try checkSettings() }
        let output = LogOutput()
        LoggingSystem.bootstrap { output.handler(label: $0) }
        let log = Logger(label: "alexnetd")
        do {
            let first = try settings.read().settings
            output.level = first.logLevel
            let requests = try Requests()
            let supervisor = try Supervisor(
                RootFolder(first.root), command: .thisProgram(environment: Executable.environment),
                settings: first,
                log: log, version: Version.text, readSettings: { try settings.read().settings })
            let signals = Self.subscribe(requests)
            if let lifeline { Lifeline.watch(lifeline) { requests.send(.stop) } }
            try withExtendedLifetime(signals) { try supervisor.run(requests) }
        } catch let error as DaemonError where error.code == .settings {
            for problem in error.message.split(separator: "\n") { log.critical("\(problem)") }
            throw ArgumentParser.ExitCode(Jobs.ExitCode.configuration.rawValue)
        } catch let error as SpoolError where error.code == .locked {
            log.critical("\(error)")
            throw ArgumentParser.ExitCode(Jobs.ExitCode.configuration.rawValue)
        } catch {
            log.critical("\(error)")
            throw ArgumentParser.ExitCode(Jobs.ExitCode.fault.rawValue)
        }
    }

    /// SIGHUP has the settings read again; from a terminal that is closed, it ends the daemon like its other programs.
    private static func subscribe(_ requests: Requests) -> [SignalSubscription] {
        let isService = isatty(STDIN_FILENO) == 0
        let endings = SignalSubscription.endings.filter { $0 != SIGHUP || !isService }
        return [requests.send(.stop, on: endings)]
            + (isService && !SignalSubscription.isIgnored(SIGHUP)
                ? [requests.send(.reload, on: [SIGHUP])] : [])
    }

    private func checkSettings() throws {
        var problems: [String]
        do {
            let reading = try settings.read()
            try Output.write(reading.table + "\n")
            let check = SettingsCheck(reading.settings)
            for note in check.notes { try Output.write("note: \(note)\n") }
            problems = check.problems
        } catch let error as DaemonError {
            problems = error.message.split(separator: "\n").map(String.init)
        }
        guard !problems.isEmpty else { return try Output.write("The daemon can work with these settings.\n") }
        for problem in problems { Output.note("problem: \(problem)") }
        throw ArgumentParser.ExitCode(Jobs.ExitCode.configuration.rawValue)
    }
}
