// The end of an attempt, as a person sees it: where the job's file goes, what failed/NAME.error.txt and status.json
// say. The status is the worker's while it holds the run's lock, so it is left alone then.

internal import Foundation
internal import Jobs
internal import Spool

extension Supervisor {
    /// A job whose file is to leave running/.
    struct Ending {
        let job: JobName
        let place: JobFolder.Place
        /// For failed/NAME.error.txt.
        let reason: String?
    }

    /// Moves the job's file out of running/ and says so in the status; if it cannot be moved, later.
    func finish(_ ending: Ending) {
        let name = ending.job.stem
        do {
            try folder.finish(ending.job, to: ending.place, reason: ending.reason)
            let text = "\(name): \(ending.place.rawValue)" + (ending.reason.map { ": \($0)" } ?? "")
            if ending.place == .failed { log.error("\(text)") } else { log.info("\(text)") }
        } catch {
            log.error("\(name): \(ending.place.rawValue), but: \(error)")
            if error.code != .vanished { unfinished.append(ending) }
        }
        let state = ending.place == .done ? RunStatus.State.done : .failed
        announce(ending.job) { status in
            guard status.state != state else { return false }
            status.state = state
            status.message = ending.reason.map { $0.split(separator: "\n").first.map(String.init) ?? $0 }
            return true
        }
    }

    func retryFinishing() {
        let endings = unfinished
        unfinished = []
        for ending in endings {
            do {
                try folder.finish(ending.job, to: ending.place, reason: ending.reason)
            } catch {
                if error.code != .vanished { unfinished.append(ending) }
            }
        }
    }

    /// What failed/NAME.error.txt says: the worker's own words where it left some, how it ended, what to do.
    func failure(_ job: JobName, _ reason: String) -> String {
        let run = root.run(job.stem)
        var text = [lastWords(job), reason].compactMap(\.self).joined(separator: "\n")
        let file = folder.path(job.fileName, in: .failed)
        text +=
            "\n\nThe run's log: \(run.log)\nOnce that is mended, move \(file) back into \(root.jobs) to go on.\n"
        return text
    }

    /// Of the worker that has just ended, where it left some.
    private func lastWords(_ job: JobName) -> String? {
        guard let status = RunStatus.load(root.run(job.stem).status), status.state == .failed,
            // The status's time is in whole seconds.
            status.updated >= workerStart.addingTimeInterval(-1)
        else { return nil }
        return status.message
    }

    func announceWait(_ job: JobName, _ record: AttemptRecord, seconds: Double, _ reason: String) {
        let count =
            record.withoutProgress == 0
            ? "it had come further since its last start"
            : "attempt \(record.withoutProgress) of \(Scheduler.mostAttempts) without a new checkpoint"
        let reasons = [lastWords(job), reason].compactMap(\.self).joined(separator: "; ")
        let text = "\(reasons); \(count); goes on in \(Int(seconds.rounded(.up))) s"
        log.warning("\(job.stem): \(text)")
        announce(job) { status in
            (status.state, status.message) = (.waiting, text)
            return true
        }
    }

    func announceStop(_ job: JobName) {
        announce(job) { status in
            guard status.state != .stopped else { return false }
            (status.state, status.message) = (.stopped, "goes on when the daemon starts again")
            return true
        }
    }

    /// Changes the status of a run that no worker holds.
    /// - Parameter change: says whether there is anything to write.
    private func announce(_ job: JobName, change: (inout RunStatus) -> Bool) {
        let run = root.run(job.stem)
        do {
            guard FileManager.default.fileExists(atPath: run.path.string) else { return }
            let lock = try FileLock(run.lock)
            defer { withExtendedLifetime(lock) {} }
            let attempts = AttemptRecord.load(run.attempts)?.attempts ?? 0
            var status = RunStatus.load(run.status) ?? RunStatus(state: .waiting, attempt: attempts)
            guard change(&status) else { return }
            (status.attempt, status.updated) = (max(attempts, status.attempt), Date())
            (status.pid, status.eta, status.imagesPerSecond) = (nil, nil, nil)
            try status.write(to: run.status)
        } catch {
            if error.code != .locked { log.error("\(job.stem): \(error)") }
        }
    }
}
