// runs/NAME/status.json as the worker keeps it: replaced at most once a second, and whenever the state changes.

internal import Foundation
internal import Glibc
internal import Jobs
internal import Synchronization
internal import SystemPackage

final class StatusFile: Sendable {
    private struct Contents {
        var status: RunStatus
        var written = ContinuousClock.now - .seconds(10)
        /// The file is another attempt's until this one has the run's lock.
        var hasBegun = false
        /// The attempt's latest, which its message is whenever nothing is waited for.
        var warning: String?

        mutating func take(_ event: TrainingEvent) {
            switch event {
            case .warning(let text):
                if status.message == warning { status.message = nil }
                warning = text
            case .step where status.state == .preparing: status.message = nil
            // What was waited for is over.
            case .checkpointed: status.message = nil
            default: break
            }
            status.apply(event)
            status.message = status.message ?? warning
        }
    }

    private let path: FilePath
    private let contents: Mutex<Contents>

    init(_ path: FilePath) {
        self.path = path
        contents = Mutex(Contents(status: RunStatus(state: .preparing, attempt: 1)))
    }

    /// Under the run's lock: counts the attempt.
    /// - Parameter device: on which it computes.
    /// - Returns: what the attempts before this one came to.
    func begin(on device: String) -> (seconds: Double, attempts: Int) {
        let before = RunStatus.load(path)
        contents.withLock { contents in
            // How far the run has come stays known.
            if let before { contents.status = before }
            contents.status.state = .preparing
            contents.status.attempt = (before?.attempt ?? 0) + 1
            contents.status.name = path.removingLastComponent().lastComponent?.string
            contents.status.pid = getpid()
            contents.status.device = device
            (contents.status.message, contents.status.eta, contents.status.imagesPerSecond) = (nil, nil, nil)
            contents.status.deviceFault = nil
            contents.hasBegun = true
            write(&contents)
        }
        return (before?.trainingSeconds ?? 0, before?.attempt ?? 0)
    }

    func take(_ event: TrainingEvent) {
        contents.withLock { contents in
            let before = contents.status.state
            contents.take(event)
            var isDue =
                ContinuousClock.now - contents.written >= .seconds(1) || before != contents.status.state
            if case .waiting = event { isDue = true }
            if isDue, contents.hasBegun { write(&contents) }
        }
    }

    /// - Parameter isDeviceFault: whether it is the GPU that failed, and not the job.
    func end(_ state: RunStatus.State, _ message: String?, isDeviceFault: Bool = false) {
        contents.withLock { contents in
            contents.status.deviceFault = isDeviceFault ? true : nil
            contents.status.state = state
            contents.status.message = message ?? (state == .stopped ? contents.warning : nil)
            contents.status.pid = nil
            contents.status.eta = nil
            write(&contents)
        }
    }

    /// A status that cannot be written is no reason to end a run: whoever reads it sees how old it is. On a full disk
    /// there is no room for a new file, but there may be in the old one.
    private func write(_ contents: inout Contents) {
        contents.written = .now
        contents.status.updated = Date()
        do { try contents.status.write(to: path) } catch  where DiskPatience.isNoSpace(error) {
            // A file system that writes every change to a new place has none for that either; the file's time then says
            // that somebody is there.
            do { try contents.status.overwrite(path) } catch { utimensat(AT_FDCWD, path.string, nil, 0) }
        } catch {}
    }
}

extension RunStatus {
    fileprivate mutating func apply(_ event: TrainingEvent) {
        switch event {
        case .began, .note, .warning, .logged: break
        case .waiting(let text): message = text
        case .listing(let found): message = "listing the data set: \(found) files so far"
        case .scanning(let done, let all): message = "reading the data set: \(done) of \(all) images"
        case .step(let progress):
            state = .training
            (epoch, epochs) = (progress.epoch, progress.epochs)
            (step, steps) = (progress.step, progress.steps)
            (loss, imagesPerSecond, eta) = (progress.loss, progress.imagesPerSecond, progress.eta)
            trainingSeconds = progress.trainingSeconds
        case .evaluating: state = .evaluating
        case .evaluated(_, _, _, let top1Error, _, let isBest): if isBest { bestTop1Error = top1Error }
        case .checkpointed(let step):
            (lastCheckpoint, lastCheckpointAt) = (step, Date())
        }
    }
}
