// `alexnetd train JOB`: one run, here and now. The daemon's workers are this command; so is what Slurm or a person runs.

import ArgumentParser
import Daemon
import Foundation
import Glibc
import Jobs
import Synchronization
import SystemPackage
import Training

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train one job to its end, or on from its last checkpoint.",
        discussion: """
            A data set's folder is a job in which all else has its default. Any key can be set here, by its name in a job \
            file, dotted where it lies in another. The same command goes on with the same run. For example:

              alexnetd train /data/caltech256 --set learning_rate=0.02
              alexnetd train caltech.yml --set checkpoint.every=1h --as caltech-2
            """)

    @Argument(help: "A job file or a data set's folder.")
    var spec: String
    @OptionGroup var options: JobOptions
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "The run's name (default: the file's without .yml, or the folder's).", valueName: "name"))
    var name: String?
    @OptionGroup var root: RootOptions
    @Option(help: .hidden)
    var lifeline: Int32?
    /// Whatever the job says of GPUs, it has been given this one, by its uuid.
    @Option(help: .hidden)
    var gpu: String?

    func run() throws {
        try Executable.becomeReadyForBLAS()
        if let lifeline {
            Lifeline.watch(lifeline) { _exit(Jobs.ExitCode.again.rawValue) }
            Self.volunteerForOutOfMemory()
        }
        let stop = StopFlag()
        let signals = SignalSubscription(SignalSubscription.endings) { stop.raise() }
        defer { withExtendedLifetime(signals) {} }
        let console = TrainingConsole()
        let hasBegun = Atomic(false)
        do {
            let job = try readJob()
            let run = root.folder.run(job.plan.name)
            try Run(job, root: root.folder, gpu: gpu, stop: stop) { event in
                if case .began = event {
                    hasBegun.store(true, ordering: .relaxed)
                    console.begin(job.plan, run)
                }
                console.show(event)
            }.run()
            console.end("done: \(run.path)")
        } catch {
            if Run.isStop(error) {
                console.end("stopped; the same command goes on from here")
            } else {
                console.end("error: \(error)", .error)
            }
            // Whoever moves a worker's file may be about to move it back; the daemon finds out.
            let isAway = lifeline != nil && (error as? JobError)?.isMissing == true
            if lifeline != nil, !isAway, !Run.isStop(error), !hasBegun.load(ordering: .relaxed) {
                leaveWord(of: error)
            }
            throw ArgumentParser.ExitCode((isAway ? .fault : Jobs.ExitCode(error)).rawValue)
        }
    }

    /// What ends a worker before its run has begun is said where one that has begun says it: nobody else may see what is wrong.
    private func leaveWord(of error: any Error) {
        guard let name = try? JobName(fileName: FilePath(spec).lastComponent?.string ?? "") else { return }
        let run = root.folder.run(name.stem)
        guard let lock = try? FileLock(run.lock) else { return }
        defer { withExtendedLifetime(lock) {} }
        var status = RunStatus.load(run.status) ?? RunStatus(state: .failed, attempt: 1)
        status.attempt = max(status.attempt, AttemptRecord.load(run.attempts)?.attempts ?? 1)
        (status.name, status.state, status.message) = (name.stem, .failed, "\(error)")
        (status.pid, status.eta, status.imagesPerSecond, status.deviceFault) = (nil, nil, nil, nil)
        status.updated = Date()
        try? status.write(to: run.status)
    }

    /// When memory runs out, the kernel is to end a worker, whose job is tried again, before its daemon.
    private static func volunteerForOutOfMemory() {
        let path = "/proc/self/oom_score_adj"
        let own = (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        try? "\(min(1000, (own ?? 0) + 500))".write(toFile: path, atomically: false, encoding: .utf8)
    }

    private func readJob() throws -> Job {
        let place = Job.Place({ [gpu] in .here(given: gpu) }, in: root.folder)
        guard lifeline != nil else { return try options.read(spec, as: name, place) }
        let path = FilePath(spec)
        // A dropped job has no folder of its own, and will lie in another one when its errors are read.
        let name = path.lastComponent.map { FilePath(root: nil, components: $0) } ?? path
        return try Job(bytes: try JobFile.read(path, followsLinks: false), name, relativeTo: nil, place)
    }
}

/// A pipe whose other end the parent holds: when that is gone, however it went, this process ends too.
enum Lifeline {
    /// - Parameter ended: called once, on a thread of its own.
    static func watch(_ descriptor: Int32, ended: @escaping @Sendable () -> Void) {
        let thread = Thread {
            var byte: UInt8 = 0
            while true {
                let count = read(descriptor, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { return ended() }
            }
        }
        thread.name = "lifeline"
        thread.start()
    }
}
