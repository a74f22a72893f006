// One job as `alexnetd jobs` shows it: where its file lies, and what its run's status says.

import Foundation
import Jobs
import Spool

struct JobRow: Encodable {
    let file: JobFolder.Sighting
    let name: String
    /// The folder's word (queued, paused, done, failed, cancelled); for a running job its status's.
    private(set) var state: String
    var priority: Int?
    private(set) var epoch: Int?
    private(set) var epochs: Int?
    private(set) var step: Int?
    private(set) var steps: Int?
    private(set) var loss: Double?
    private(set) var imagesPerS: Double?
    /// Seconds.
    private(set) var etaS: Double?
    private(set) var lastCheckpoint: Int?
    private(set) var lastCheckpointAt: Date?
    private(set) var attempt: Int?
    private(set) var pid: Int32?
    /// What its worker computes on: "cpu", or a GPU's uuid where that is known.
    private(set) var device: String?
    /// Of a queued job: how many have their turn before it, and which of them directly before.
    var jobsAhead: Int?
    var waitsFor: String?
    /// Why it failed or waits.
    var message: String?

    private enum CodingKeys: CodingKey {
        case name, state, priority, epoch, epochs, step, steps, loss, imagesPerS, etaS, lastCheckpoint,
            lastCheckpointAt, attempt, pid, device, jobsAhead, waitsFor, message
    }

    /// A worker replaces its status every second, or every step where those are longer; in seconds.
    private static let longSilence = 30.0
    private static let unserved = "goes on when a daemon starts"

    /// - Parameters:
    ///   - ownsRun: false where the run of that name is another file's.
    ///   - isServed: whether there is a daemon; nil for unknown.
    init(_ file: JobFolder.Sighting, in folder: JobFolder, ownsRun: Bool, isServed: Bool?) {
        (self.file, name, state) = (file, file.stem, file.place.rawValue)
        let run = folder.root.run(name)
        // A run that was done is begun anew, or gets more epochs: its status is not the queued job's yet.
        if ownsRun, let status = RunStatus.load(run.status), file.place != .queued || status.state != .done {
            (epoch, epochs, step, steps) = (status.epoch, status.epochs, status.step, status.steps)
            (loss, attempt, message) = (status.loss, status.attempt, status.message)
            (lastCheckpoint, lastCheckpointAt) = (status.lastCheckpoint, status.lastCheckpointAt)
            if file.place == .running { takeRunning(status, run, isServed) }
        } else if file.place == .running {
            isStarting(isServed)
        }
        switch file.place {
        case .running, .queued: break
        case .done: message = nil
        case .paused, .cancelled:
            let isWorked = ownsRun && FileLock.isHeld(run.lock)
            message = isWorked ? "its worker writes a checkpoint and ends" : nil
        case .failed:
            let text = try? JobFile.read(folder.errorText(stem: name))
            let reason = text.map { String(decoding: $0.prefix { $0 != 0x0a }, as: UTF8.self) }
            message = reason ?? message
        }
    }

    private mutating func takeRunning(_ status: RunStatus, _ run: RunFolder, _ isServed: Bool?) {
        guard ![.done, .failed, .cancelled].contains(status.state) else {
            // Of an earlier attempt: this one has said nothing yet.
            message = nil
            return isStarting(isServed)
        }
        state = status.state.rawValue
        guard ![.stopped, .waiting].contains(status.state) else {
            if isServed == false { message = message ?? Self.unserved }
            return
        }
        guard FileLock.isHeld(run.lock) else {
            state = "interrupted"
            let then = isServed == false ? Self.unserved : "goes on from its last checkpoint"
            message = "its worker is gone; \(then)"
            return
        }
        (imagesPerS, etaS, pid) = (status.imagesPerSecond, status.eta, status.pid)
        device = status.device
        let silence = -status.updated.timeIntervalSinceNow
        if silence > Self.longSilence {
            message = "no news for \(Duration.text(seconds: silence))" + (message.map { ": " + $0 } ?? "")
        }
    }

    private mutating func isStarting(_ isServed: Bool?) {
        (state, message) = isServed == false ? ("waiting", Self.unserved) : ("starting", nil)
    }

    /// Whether it comes further just now.
    var isTraining: Bool {
        pid != nil && [RunStatus.State.training, .evaluating].map(\.rawValue).contains(state)
    }

    /// How much of the training is done, from 0 to 1.
    var progress: Double? {
        guard let step, let steps, steps > 0 else { return nil }
        return min(1, max(0, Double(step) / Double(steps)))
    }
}
