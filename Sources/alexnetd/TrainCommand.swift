// `alexnetd train SPEC`: one run, here and now. The daemon's workers are this command; so is what Slurm or a person runs.

import ArgumentParser
import Dispatch
import Foundation
import Glibc
import Jobs
import SystemPackage
import Training

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train one job to its end, or on from its last checkpoint.")

    @Argument(help: "A job file. Its name without .yml is the run's name.")
    var spec: String
    @OptionGroup var root: RootOptions
    @Option(help: .hidden)
    var lifeline: Int32?

    func run() throws {
        try Executable.becomeReadyForBLAS()
        if let lifeline { Lifeline.watch(lifeline) }
        let stop = StopFlag()
        let signals = [SIGTERM, SIGINT].map { Self.on($0) { stop.raise() } }
        defer { withExtendedLifetime(signals) {} }
        let console = TrainingConsole()
        do {
            // A dropped job has no folder of its own; a person's paths begin where the person is.
            let job = try Job(FilePath(spec), relativeTo: lifeline == nil ? .current : nil)
            let run = root.folder.run(job.plan.name)
            try console.open(log: run)
            console.begin(job.plan, run)
            try Run(job, root: root.folder, stop: stop, report: console.show).run()
            console.end("done: \(run.path)")
        } catch {
            console.end(Run.isStop(error) ? "stopped; the same command goes on from here" : "error: \(error)")
            throw ArgumentParser.ExitCode(Jobs.ExitCode(error).rawValue)
        }
    }

    private static func on(_ signal: Int32, _ body: @escaping @Sendable () -> Void)
        -> any DispatchSourceSignal
    {
        Glibc.signal(signal, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: signal, queue: .global(qos: .userInteractive))
        source.setEventHandler(handler: body)
        source.resume()
        return source
    }
}

/// A pipe whose other end the daemon holds: when the daemon is gone, however it went, so is its worker.
enum Lifeline {
    static func watch(_ descriptor: Int32) {
        let thread = Thread {
            var byte: UInt8 = 0
            while true {
                let count = read(descriptor, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { _exit(Jobs.ExitCode.again.rawValue) }
            }
        }
        thread.name = "lifeline"
        thread.start()
    }
}
