// Which job runs when: a pure state machine. Each input returns what is to be done; no clock, no files, no processes.
//
// 1. At most one worker at a time. A job keeps its turn until it is done or failed, its pauses between attempts
//    included: it came first, and ten vain attempts take nine minutes.
// 2. What lay in running/ at start-up comes before what waits in jobs/. Within each: by priority, then arrival.
// 3. A job leaves only by `finish`, `claimFailed`, `withdraw` or `vanished`; a stop leaves it where it is.

package import Jobs

package struct Scheduler: Sendable {
    /// Failed attempts in a row without a newer checkpoint after which a job is given up.
    package static let mostAttempts = 10
    /// Seconds before the next attempt: doubling from the first to the second.
    package static let delays = 1.0...300.0

    package struct Job: Hashable, Sendable {
        package var name: JobName
        package var priority: Int
        /// Counts up; earlier is smaller.
        package var arrival: Int

        package init(_ name: JobName, priority: Int, arrival: Int) {
            (self.name, self.priority, self.arrival) = (name, priority, arrival)
        }
    }

    package enum Action: Hashable, Sendable {
        /// Move it to running/ and answer with `claimed` or `claimFailed`.
        case claim(JobName)
        /// Store the record, start a worker, and tell its end by `exited`.
        case spawn(JobName, AttemptRecord)
        /// Store the record; nothing runs until `until`.
        case wait(JobName, AttemptRecord, until: Double, reason: String)
        /// Store the record; the daemon stops, the job stays in running/.
        case leave(JobName, AttemptRecord)
        case done(JobName)
        case fail(JobName, reason: String)
        /// Ask the worker to stop.
        case terminate(JobName)
        /// Nothing is left to wait for.
        case exit
    }

    private struct Attempted: Sendable {
        let job: JobName
        var record: AttemptRecord
    }

    private enum Turn: Sendable {
        case free
        case claiming(JobName)
        case working(Attempted)
        case pausing(Attempted, until: Double)
    }

    private var turn = Turn.free
    private var resuming: [(job: Job, record: AttemptRecord)] = []
    private var queue: [Job] = []
    private var isStopping = false

    package init() {}

    /// The time at which `advance` has something to do though nothing else happens.
    package var deadline: Double? {
        if case .pausing(_, let until) = turn, !isStopping { return until }
        return nil
    }

    /// The job that has its turn now.
    package var current: JobName? {
        switch turn {
        case .free: nil
        case .claiming(let job): job
        case .working(let attempted), .pausing(let attempted, _): attempted.job
        }
    }

    /// A job that was in running/ when the daemon started.
    package mutating func resume(_ job: Job, _ record: AttemptRecord) { resuming.append((job, record)) }

    /// A valid job in jobs/, new or changed.
    package mutating func enqueue(_ job: Job) {
        queue.removeAll { $0.name == job.name }
        queue.append(job)
    }

    /// A job has gone from jobs/ before its turn.
    package mutating func withdraw(_ name: JobName) { queue.removeAll { $0.name == name } }

    /// Gives the turn to the next job, or to the next attempt once its pause is over.
    package mutating func advance(now: Double) -> [Action] {
        guard !isStopping else { return [] }
        switch turn {
        case .claiming, .working: return []
        case .pausing(let attempted, let until): return now < until ? [] : spawn(attempted)
        case .free: break
        }
        if let next = resuming.indices.min(by: { Self.precedes(resuming[$0].job, resuming[$1].job) }) {
            let (job, record) = resuming.remove(at: next)
            return spawn(Attempted(job: job.name, record: record))
        }
        guard let next = queue.indices.min(by: { Self.precedes(queue[$0], queue[$1]) }) else { return [] }
        let job = queue.remove(at: next).name
        turn = .claiming(job)
        return [.claim(job)]
    }

    /// - Parameters:
    ///   - attempts: workers this run has had before.
    ///   - step: of its newest checkpoint, -1 for none.
    package mutating func claimed(attempts: Int, step: Int) -> [Action] {
        guard case .claiming(let job) = turn else { return [] }
        var record = AttemptRecord()
        (record.attempts, record.step) = (attempts, step)
        if isStopping { return [.leave(job, record), .exit] }
        return spawn(Attempted(job: job, record: record))
    }

    /// The file could not be moved to running/; it is not queued any more.
    package mutating func claimFailed(now: Double) -> [Action] {
        guard case .claiming = turn else { return [] }
        return free(now)
    }

    /// The job's file is no longer in running/, and no worker runs.
    package mutating func vanished(now: Double) -> [Action] {
        switch turn {
        case .working, .pausing: return free(now)
        case .free, .claiming: return []
        }
    }

    /// The worker has ended.
    /// - Parameter step: of the newest checkpoint now, -1 for none.
    package mutating func exited(_ outcome: WorkerOutcome, step: Int, now: Double) -> [Action] {
        guard case .working(var attempted) = turn else { return [] }
        let job = attempted.job
        switch outcome.verdict {
        case .done: return [.done(job)] + free(now)
        case .hopeless: return [.fail(job, reason: outcome.text)] + free(now)
        case .again, .broken: break
        }
        let hasProgressed = step > attempted.record.step
        attempted.record.step = max(step, attempted.record.step)
        if hasProgressed { attempted.record.withoutProgress = 0 }
        if isStopping {
            // We ended it: no failure of its own.
            return [.leave(job, attempted.record)] + free(now)
        }
        if hasProgressed, outcome.verdict == .again { return spawn(attempted) }
        if !hasProgressed { attempted.record.withoutProgress += 1 }
        guard attempted.record.withoutProgress < Self.mostAttempts else {
            let reason =
                "given up after \(Self.mostAttempts) attempts in a row without a new checkpoint; the last: \(outcome.text)"
            return [.fail(job, reason: reason)] + free(now)
        }
        let until = now + Self.delay(withoutProgress: attempted.record.withoutProgress)
        turn = .pausing(attempted, until: until)
        return [.wait(job, attempted.record, until: until, reason: outcome.text)]
    }

    /// The daemon is to stop: a worker is asked to, and waited for.
    package mutating func stop() -> [Action] {
        guard !isStopping else { return [] }
        isStopping = true
        switch turn {
        case .working(let attempted): return [.terminate(attempted.job)]
        case .claiming: return []
        case .free, .pausing: return [.exit]
        }
    }

    package static func delay(withoutProgress: Int) -> Double {
        var delay = delays.lowerBound
        for _ in 1..<max(2, withoutProgress) where withoutProgress > 1 {
            delay = min(delay * 2, delays.upperBound)
        }
        return delay
    }

    private mutating func spawn(_ attempted: Attempted) -> [Action] {
        var attempted = attempted
        attempted.record.attempts += 1
        turn = .working(attempted)
        return [.spawn(attempted.job, attempted.record)]
    }

    private mutating func free(_ now: Double) -> [Action] {
        turn = .free
        return isStopping ? [.exit] : advance(now: now)
    }

    private static func precedes(_ a: Job, _ b: Job) -> Bool {
        a.priority != b.priority ? a.priority > b.priority : a.arrival < b.arrival
    }
}
