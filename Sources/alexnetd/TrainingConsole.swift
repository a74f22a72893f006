// What a person sees of a run, and what train.log keeps of it: a progress bar in a terminal, plain lines in a pipe,
// entries with job, attempt and step in the journal where stdout leads there.

import Foundation
import Glibc
import Jobs
import Logging
import Synchronization
import SystemPackage
import Systemd
import Training

final class TrainingConsole: Sendable {
    private struct State {
        var log: FileHandle?
        /// Where the log is to be; nil before the run has begun.
        var logPath: FilePath?
        /// Whether the terminal's last line is a progress bar.
        var hasBar = false
        var drawn = ContinuousClock.now - .seconds(1)
        /// What is waited for, as it was last said.
        var waiting: (text: String, said: ContinuousClock.Instant)?
        /// Of each entry of the journal.
        var fields: [String: String] = [:]
    }

    private let state = Mutex(State())
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let journal =
        Journal.isConnected(to: .standardOutput) ? Journal(fallback: .standardOutput) : nil

    /// Appends to train.log from here on.
    func begin(_ plan: Plan, _ run: RunFolder) {
        state.withLock { state in
            state.logPath = run.log
            state.fields["job"] = plan.name
            state.fields["attempt"] = RunStatus.load(run.status).map { "\($0.attempt)" }
        }
        line(
            "\(plan.name): \(plan.model.rawValue) on \(plan.dataset), \(plan.epochs) epochs, \(plan.threads) threads"
        )
        line("curves: tensorboard --logdir \(run.path.removingLastComponent())")
    }

    /// - Parameter level: in the journal.
    func end(_ text: String, _ level: Logger.Level = .info) { line(text, level) }

    func show(_ event: TrainingEvent) {
        switch event {
        case .began: break
        case .note(let text): line(text)
        case .warning(let text): line("warning: " + text, .warning)
        case .waiting(let text): if isNews(text) { line("warning: " + text, .warning) }
        case .listing: break
        case .scanning(let done, let all): bar("reading the data set", done, all, "")
        case .step(let progress):
            at(progress.step)
            bar(
                "epoch \(progress.epoch)/\(progress.epochs)", progress.stepInEpoch, progress.stepsPerEpoch,
                String(
                    format: "step %d  loss %.4f  %.0f images/s  data %.0f %%  ETA ", progress.step,
                    progress.loss,
                    progress.imagesPerSecond, progress.dataWait * 100) + Duration.text(seconds: progress.eta))
        case .logged(let step, let loss, let top1Error, let rate, let imagesPerSecond):
            at(step)
            line(
                String(
                    format: "step %d  loss %.4f  top-1 error %.1f %%  learning rate %g  %.0f images/s", step,
                    loss,
                    top1Error * 100, rate, imagesPerSecond), isQuiet: true)
        case .evaluating(let done, let all): bar("validation", done, all, "")
        case .evaluated(let epoch, let step, let loss, let top1Error, let top5Error, let isBest):
            at(step)
            line(
                String(
                    format:
                        "epoch %d  step %d  validation: loss %.4f  top-1 error %.1f %%  top-5 error %.1f %%%@",
                    epoch, step, loss, top1Error * 100, top5Error * 100, isBest ? "  best" : ""))
        case .checkpointed(let step): line("checkpoint of step \(step)", isQuiet: true)
        }
    }

    /// What lasts is said once a minute.
    private func isNews(_ waiting: String) -> Bool {
        state.withLock { state in
            if let last = state.waiting, last.text == waiting, .now < last.said + .seconds(60) {
                return false
            }
            state.waiting = (waiting, .now)
            return true
        }
    }

    private func at(_ step: Int) { state.withLock { $0.fields["step"] = "\(step)" } }

    /// - Parameter isQuiet: not for a terminal, where the bar says it.
    private func line(_ text: String, _ level: Logger.Level = .info, isQuiet: Bool = false) {
        state.withLock { state in
            let stamp = Date().ISO8601Format()
            // On a full disk it may take several tries.
            if state.log == nil, let path = state.logPath { state.log = try? FileHandle(appendingTo: path) }
            try? state.log?.write(contentsOf: Data("\(stamp) \(text)\n".utf8))
            // The journal has its own clock.
            if let journal { return journal.write(text, level, fields: state.fields) }
            if isTerminal && isQuiet { return }
            Self.put((state.hasBar ? "\r\u{1B}[K" : "") + text + "\n")
            state.hasBar = false
        }
    }

    private func bar(_ title: String, _ done: Int, _ all: Int, _ tail: String) {
        guard isTerminal else { return }
        state.withLock { state in
            guard ContinuousClock.now - state.drawn > .milliseconds(100) || done == all else { return }
            Self.put("\r\u{1B}[K\(title) \(ProgressBar.text(done, of: all)) \(done)/\(all)  \(tail)")
            state.hasBar = true
            state.drawn = .now
        }
    }

    private static func put(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}

extension FileHandle {
    /// Made if missing; every write goes to the end.
    convenience init(appendingTo path: FilePath) throws {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.append, .create, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
        self.init(fileDescriptor: file.rawValue, closeOnDealloc: true)
    }
}
