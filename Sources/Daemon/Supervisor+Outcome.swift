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
        /// What the file held, should it be gone.
        let bytes: [UInt8]?
    }

    /// Moves the job's file out of running/ and says so in the status.
    func finish(_ job: JobName, _ place: JobFolder.Place, reason: String?) {
        let text = "\(job.stem): \(place.rawValue)" + (reason.map { ": \($0)" } ?? "")
        if place == .failed { log(job).error("\(text)") } else { log(job).info("\(text)") }
        settle(Ending(job: job, place: place, reason: reason, bytes: running.remove(job)))
        metrics.jobsFinished[place, default: 0] += 1
        announce(job, place == .done ? .done : .failed, reason?.split(separator: "\n").first.map(String.init))
        tell(place == .done ? .done : .failed, job)
    }

    /// Moves the file; if it cannot be moved, with a later look again. One that has been deleted is put where it belongs;
    /// one that somebody has just put elsewhere stays there.
    func settle(_ ending: Ending) {
        do {
            do {
                try folder.finish(ending.job, to: ending.place, reason: ending.reason)
            } catch  where error.code == .vanished {
                let isSomewhere = JobFolder.Place.allCases.contains {
                    folder.identity(ending.job.fileName, in: $0) != nil
                }
                if let bytes = ending.bytes, !isSomewhere {
                    try folder.restore(ending.job, bytes, to: ending.place)
                }
            }
            complain(.settle(ending.job), nil)
        } catch {
            complain(.settle(ending.job), "\(ending.job.stem): \(ending.place.rawValue), but: \(error)")
            unfinished.append(ending)
        }
    }

    /// A job that a person has taken out of running/; its file lies where it was put.
    func release(_ job: JobName, _ departure: Scheduler.Departure) {
        switch departure {
        case .cancelled, .removed:
            metrics.jobsFinished[.cancelled, default: 0] += 1
            announce(job, .cancelled, nil)
            tell(.cancelled, job)
        case .paused, .requeued, .setAside:
            announce(job, .stopped, Scheduler.Interruption.departed(departure).text)
            if departure == .paused { tell(.paused, job) }
        }
    }

    /// What failed/NAME.error.txt says: the worker's own words where it left some, how it ended, what to do.
    func failure(_ job: JobName, _ reason: String) -> String {
        let run = root.run(job.stem)
        var text = [lastWords(job) ?? problem(with: job), reason].compactMap(\.self).joined(separator: "\n")
        let file = folder.path(job.fileName, in: .failed)
        text +=
            "\n\nThe run's log: \(run.log)\nOnce that is mended, move \(file) back into \(root.jobs) to go on.\n"
        return text
    }

    /// Of the worker that has just ended, where it left some.
    private func lastWords(_ job: JobName) -> String? {
        let status = status(of: job)
        return status?.state == .failed ? status?.message : nil
    }

    /// What the job's run has come to in its newest attempt of this daemon; nil where nothing has been said since that began.
    func status(of job: JobName) -> RunStatus? {
        let attempt = attempts[job] ?? (lastAttempt?.job == job ? lastAttempt : nil)
        guard let attempt, let status = RunStatus.load(root.run(job.stem).status),
            // The clock may have been set back since.
            attempt.isSince(status.updated) || status.pid == attempt.worker.pid
        else { return nil }
        return status
    }

    /// What a worker could not say: its job's file is none any more, since somebody has edited it.
    private func problem(with job: JobName) -> String? {
        do {
            _ = try folder.outline(job, in: .running, on: running.machine)
            return nil
        } catch { return error.description }
    }

    func announceWait(_ job: JobName, _ record: AttemptRecord, seconds: Double, _ reason: String) {
        let count =
            record.withoutProgress == 0
            ? "it had come further since its last start"
            : "attempt \(record.withoutProgress) of \(settings.maxAttempts) without a new checkpoint"
        let reasons = [lastWords(job), reason].compactMap(\.self).joined(separator: "; ")
        let text = "\(reasons); \(count); goes on in \(Int(seconds.rounded(.up))) s"
        log(job).warning("\(job.stem): \(text)")
        announce(job, .waiting, text)
        tell(.waiting, job)
    }

    /// The job goes on when what interrupted it is over.
    func announceInterruption(_ job: JobName, _ interruption: Scheduler.Interruption) {
        switch interruption {
        case .daemonStops: announce(job, .stopped, "goes on when the daemon starts again")
        case .queuePaused: announce(job, .waiting, "the queue is paused; goes on when it is resumed")
        case .preempted(let other): announce(job, .waiting, "gave way to \(other.stem); goes on after it")
        case .departed, .silent: announce(job, .waiting, interruption.text)
        }
        if interruption != .daemonStops { tell(.waiting, job) }
    }

    /// Changes the status of a run that no worker holds.
    func announce(_ job: JobName, _ state: RunStatus.State, _ message: String?) {
        let run = root.run(job.stem)
        let attempts = AttemptRecord.load(run.attempts)?.attempts ?? 0
        var status = RunStatus.load(run.status) ?? RunStatus(state: .waiting, attempt: attempts)
        // A worker that has said itself that it is done, or why it failed, has said it better.
        guard self.status(of: job)?.state != state || [.waiting, .stopped].contains(state) else { return }
        (status.name, status.state, status.message) = (job.stem, state, message)
        (status.attempt, status.updated) = (max(attempts, status.attempt), Date())
        (status.pid, status.eta, status.imagesPerSecond) = (nil, nil, nil)
        do {
            guard FileManager.default.fileExists(atPath: run.path.string) else { return }
            let lock = try FileLock(run.lock)
            defer { withExtendedLifetime(lock) {} }
            try status.write(to: run.status)
        } catch {
            if error.code != .locked { log(job).error("\(job.stem): \(error)") }
        }
    }
}
