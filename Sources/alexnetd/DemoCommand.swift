// `alexnetd demo`: the whole product in a few minutes, on images it draws itself. A real daemon on a fresh root, a job
// dropped into its folder, its worker killed half-way, and the job going on by itself.

import ArgumentParser
import Datasets
import Files
import Foundation
import Glibc
import Jobs
import SystemPackage

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Watch a job train, be killed, and go on by itself (a few minutes).")

    @Option(help: "Use this folder, new or empty, instead of one under /tmp.")
    var keep: String?

    /// Full-size AlexNet; only what differs from the defaults.
    private static let job = """
        # alexnetd demo: the paper's net on eight kinds of drawn patterns.
        dataset: "%@"
        epochs: %d
        batch_size: 16
        learning_rate: 0.003
        augment: [random_crop, flip]
        checkpoint: {every: 40 steps}
        log: {every: 10 steps}

        """
    private static let epochs = 8
    private static let name = "demo"

    func run() throws {
        let root = RootFolder(try rootPath())
        let data = root.path.appending("images")
        say("drawing the images: 8 classes, 640 to train on, 160 to validate, in \(data)")
        try SyntheticImages().write(to: data)

        let daemon = try DemoDaemon(root)
        defer { daemon.stop() }
        say("the daemon runs (process \(daemon.process), log \(daemon.log)); it watches \(root.jobs)")
        say("to watch the curves as they grow: tensorboard --logdir \(root.runs)")
        try awaitFact("the daemon's folders", seconds: 20) {
            FileManager.default.fileExists(atPath: root.jobs.string)
        }
        let path = data.string.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let text = String(format: Self.job, path, Self.epochs)
        try text.write(
            toFile: root.jobs.appending("\(Self.name).yml").string, atomically: false, encoding: .utf8)
        say("dropped \(Self.name).yml into \(root.jobs)")
        try watch(root, daemon)
    }

    private func rootPath() throws -> FilePath {
        if let keep {
            let path = FilePath.current.pushing(FilePath(keep)).lexicallyNormalized()
            do {
                try path.makeFolder()
            } catch {
                throw ValidationError("the folder \(path) cannot be made (\(error))")
            }
            guard try FileManager.default.contentsOfDirectory(atPath: path.string).isEmpty else {
                throw ValidationError("\(path) is not empty; --keep takes a new or an empty folder")
            }
            return path
        }
        var template = Array("/tmp/alexnetd-demo-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ValidationError("cannot make a folder under /tmp; give one with --keep DIR")
        }
        return FilePath(platformString: template)
    }

    /// Follows the run to its end; kills its worker when half of the steps are done.
    private func watch(_ root: RootFolder, _ daemon: DemoDaemon) throws {
        let run = root.run(Self.name)
        let finished = root.done.appending("\(Self.name).yml").string
        let failed = root.failed.appending("\(Self.name).error.txt").string
        var killed: Int?
        var resumed = false
        var shownEpoch = 0
        let deadline = Date(timeIntervalSinceNow: 1800)
        while !FileManager.default.fileExists(atPath: finished) {
            Thread.sleep(forTimeInterval: 0.2)
            if let reason = try? String(contentsOfFile: failed, encoding: .utf8) {
                throw DemoFailure(message: "the job failed:\n\(reason)")
            }
            guard daemon.isRunning, Date() < deadline else {
                throw DemoFailure(message: "the daemon ended or hung; see \(daemon.log) and \(run.log)")
            }
            guard let status = RunStatus.load(run.status), let step = status.step, let steps = status.steps
            else { continue }
            if let epoch = status.epoch, epoch > shownEpoch, status.state == .training {
                shownEpoch = epoch
                say(
                    String(
                        format: "epoch %d of %d, step %d of %d: loss %.3f, %.0f images/s, %@ to go", epoch,
                        status.epochs ?? 0, step, steps, status.loss ?? 0, status.imagesPerSecond ?? 0,
                        Duration.text(seconds: status.eta ?? 0)))
            }
            if killed == nil, step >= steps / 2, status.state == .training, let pid = status.pid {
                kill(pid, SIGKILL)
                killed = step
                say(
                    "killed the worker (kill -9 \(pid)) at step \(step); the last checkpoint is of step "
                        + "\(status.lastCheckpoint ?? 0)")
            }
            if let killed, !resumed, status.attempt > 1, status.state == .training {
                resumed = true
                say(
                    "the job went on by itself from its checkpoint (attempt \(status.attempt), step \(step), "
                        + "killed at \(killed))")
            }
        }
        try conclude(root, run, killed: killed)
    }

    private func conclude(_ root: RootFolder, _ run: RunFolder, killed: Int?) throws {
        guard let status = RunStatus.load(run.status), let error = status.bestTop1Error, killed != nil,
            status.attempt > 1
        else { throw DemoFailure(message: "the run ended without being killed or evaluated; see \(run.log)") }
        let accuracy = 100 * (1 - error)
        say(String(format: "done: validation accuracy %.1f %% (chance is 12.5 %%)", accuracy))
        say("weights, in PyTorch's names and layouts: \(run.checkpoints)")
        say("the curves, each point once: tensorboard --logdir \(root.runs)")
        guard accuracy > 50 else { throw DemoFailure(message: "that is too close to chance; see \(run.log)") }
        if keep == nil { say("when you have seen it: rm -r \(root.path)") }
    }

    private func awaitFact(_ what: String, seconds: Double, _ fact: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while !fact() {
            guard Date() < deadline else { throw DemoFailure(message: "waited \(seconds) s for \(what)") }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    private func say(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }
}

struct DemoFailure: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}

/// `alexnetd serve` as a child, its log in a file. It ends when this process does, Ctrl-C included.
private final class DemoDaemon {
    let log: FilePath
    private let child = Process()
    private let lifeline = Foundation.Pipe()

    init(_ root: RootFolder) throws {
        log = root.path.appending("serve.log")
        child.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(
                atPath: Executable.path))
        child.arguments = ["serve", "--root", root.path.string, "--lifeline", "\(STDIN_FILENO)"]
        child.standardInput = lifeline
        child.standardOutput = try FileHandle(appendingTo: log)
        child.standardError = child.standardOutput
        try child.run()
    }

    var process: Int32 { child.processIdentifier }
    var isRunning: Bool { child.isRunning }

    func stop() {
        if child.isRunning { child.terminate() }
        child.waitUntilExit()
    }
}
