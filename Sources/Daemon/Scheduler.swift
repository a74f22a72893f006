// Which job runs when: a pure state machine. Each input returns what is to be done; no clock, no files, no processes.
//
// 1. At most one worker at a time, for the job that comes first: by priority, then what has begun before what is queued,
//    then by arrival. A worker whose job no longer comes first by its priority is asked to stop, and goes on later.
// 2. A job that waits for its next attempt keeps its turn before its equals: it came first, and ten vain attempts take
//    nine minutes.
// 3. A worker is asked once, and killed if it has not ended in time. What we end is no failure of the job.
// 4. A job leaves only by `done`, `fail`, `release`, `withdraw` or `claimFailed`; a stop leaves it where it is.

package import Jobs
package import Spool

package struct Scheduler: Sendable {
    package struct Limits: Hashable, Sendable {
        /// Failed attempts in a row without a newer checkpoint after which a job is given up.
        package var mostAttempts = 10
        /// Seconds before the next attempt: doubling from the first to the second.
        package var delays = 1.0...300.0
        /// Seconds that a worker has from being asked to stop to its end.
        package var stopPatience = 150.0

        package init() {}
    }

    package struct Job: Hashable, Sendable {
        package var name: JobName
        package var priority: Int
        /// Nanoseconds since 1970, or anything else that is smaller for what came earlier.
        package var arrival: Int64

        package init(_ name: JobName, priority: Int, arrival: Int64) {
            (self.name, self.priority, self.arrival) = (name, priority, arrival)
        }
    }

    /// Where a person has put the file of a job that had begun.
    package enum Departure: Hashable, Sendable {
        case cancelled, paused, requeued
        /// The file was deleted.
        case removed
        /// To done/ or failed/: over, as far as that person is concerned.
        case setAside
    }

    /// Why a worker is to stop before its job is done.
    package enum Interruption: Hashable, Sendable {
        case daemonStops
        case queuePaused
        case preempted(by: JobName)
        case departed(Departure)
        /// It has reported nothing for so many seconds.
        case silent(Double)
    }

    package enum Action: Hashable, Sendable {
        /// Move it to running/ and answer with `claimed` or `claimFailed`.
        case claim(JobName)
        /// Store the record, start a worker, and tell its end by `exited`.
        case spawn(JobName, AttemptRecord)
        /// Store the record; nothing runs until `until`.
        case wait(JobName, AttemptRecord, until: Double, reason: String)
        /// Store the record; the job stays in running/ without a worker.
        case leave(JobName, AttemptRecord, Interruption)
        case done(JobName)
        case fail(JobName, reason: String)
        /// The job's file is no longer in running/, and now no worker is left either.
        case release(JobName, AttemptRecord, Departure)
        /// Ask the worker to stop.
        case terminate(JobName, Interruption)
        /// It has not stopped in time.
        case kill(JobName)
        /// Nothing is left to wait for.
        case exit
    }

    /// A job whose file is in running/.
    private struct Begun: Sendable {
        var job: Job
        var record: AttemptRecord
        var notBefore = -Double.infinity
    }

    private struct Work: Sendable {
        var begun: Begun
        var interruption: Interruption?
        /// When patience with an interrupted worker ends.
        var killAt = Double.infinity
    }

    private enum Turn: Sendable {
        case free
        case claiming(Job)
        case working(Work)
    }

    package var limits: Limits
    /// What holds the whole queue; takes effect with `advance`.
    package var hold: QueueMark?
    private var turn = Turn.free
    /// Without a worker.
    private var begun: [Begun] = []
    private var queue: [Job] = []
    private var isStopping = false
    private var hasExited = false

    package init(_ limits: Limits = Limits()) { self.limits = limits }

    // MARK: State

    /// The job that has a worker.
    package var current: JobName? {
        if case .working(let work) = turn { work.begun.job.name } else { nil }
    }

    /// Whether the worker has been asked to stop.
    package var isInterrupted: Bool {
        if case .working(let work) = turn { work.interruption != nil } else { false }
    }

    /// The jobs that have begun: with a worker or without.
    package var held: Set<JobName> { Set(begun.map(\.job.name)).union(current.map { [$0] } ?? []) }

    /// The time at which `advance` has something to do though nothing else happens.
    package var deadline: Double? {
        let time: Double?
        switch turn {
        case .claiming: time = nil
        case .working(let work) where work.interruption != nil: time = work.killAt
        case .working(let work):
            time = begun.filter { $0.job.priority > work.begun.job.priority }.map(\.notBefore).min()
        case .free:
            guard !isHeld, case .begun(let index)? = first(at: .infinity) else { return nil }
            time = begun[index].notBefore
        }
        return time.flatMap { $0.isFinite ? $0 : nil }
    }

    // MARK: Inputs

    /// A job whose file is found in running/.
    package mutating func resume(_ job: Job, _ record: AttemptRecord) {
        begun.append(Begun(job: job, record: record))
    }

    /// A valid job in jobs/, new or changed.
    package mutating func enqueue(_ job: Job) {
        withdraw(job.name)
        queue.append(job)
    }

    /// A job has gone from jobs/ before its turn.
    package mutating func withdraw(_ name: JobName) { queue.removeAll { $0.name == name } }

    /// A person has changed the priority of a job that has begun.
    package mutating func reprioritize(_ name: JobName, _ priority: Int) {
        if case .working(var work) = turn, work.begun.job.name == name {
            work.begun.job.priority = priority
            turn = .working(work)
        }
        for index in begun.indices where begun[index].job.name == name {
            begun[index].job.priority = priority
        }
    }

    /// Gives the turn to the job that comes first, to the next attempt once its pause is over, and takes it from a
    /// worker that has to stop.
    package mutating func advance(now: Double) -> [Action] {
        switch turn {
        case .claiming: return []
        case .working(let work):
            if work.interruption != nil { return now < work.killAt ? [] : lostPatience(work) }
            return reasonToStop(work, now).map { interrupt(work, $0, now) } ?? []
        case .free: break
        }
        if isStopping {
            defer { hasExited = true }
            return hasExited ? [] : [.exit]
        }
        switch isHeld ? nil : first(at: .infinity) {
        case .begun(let index)?: return now < begun[index].notBefore ? [] : spawn(begun.remove(at: index))
        case .queued(let index)?:
            let job = queue.remove(at: index)
            turn = .claiming(job)
            return [.claim(job.name)]
        case nil: return []
        }
    }

    /// - Parameters:
    ///   - attempts: workers this run has had before.
    ///   - step: of its newest checkpoint, -1 for none.
    package mutating func claimed(attempts: Int, step: Int) -> [Action] {
        guard case .claiming(let job) = turn else { return [] }
        var record = AttemptRecord()
        (record.attempts, record.step) = (attempts, step)
        return spawn(Begun(job: job, record: record))
    }

    /// The file could not be moved to running/; it is not queued any more.
    package mutating func claimFailed(now: Double) -> [Action] {
        guard case .claiming = turn else { return [] }
        turn = .free
        return advance(now: now)
    }

    /// The job that was to be spawned has no file in running/ just now.
    package mutating func postponed(until: Double) {
        guard case .working(var work) = turn else { return }
        work.begun.record.attempts -= 1
        work.begun.notBefore = until
        begun.append(work.begun)
        turn = .free
    }

    /// A person has taken the job's file out of running/.
    package mutating func departed(_ name: JobName, _ departure: Departure, now: Double) -> [Action] {
        if case .working(var work) = turn, work.begun.job.name == name {
            // It may have come back meanwhile, and gone again.
            begun.removeAll { $0.job.name == name }
            if work.interruption == nil { return interrupt(work, .departed(departure), now) }
            work.interruption = .departed(departure)
            turn = .working(work)
            return []
        }
        guard let index = begun.firstIndex(where: { $0.job.name == name }) else { return [] }
        return [.release(name, begun.remove(at: index).record, departure)]
    }

    /// The worker has reported nothing for too long.
    package mutating func silent(seconds: Double, now: Double) -> [Action] {
        guard case .working(let work) = turn, work.interruption == nil else { return [] }
        return interrupt(work, .silent(seconds), now)
    }

    /// The worker has ended.
    /// - Parameter step: of the newest checkpoint now, -1 for none.
    package mutating func exited(_ outcome: WorkerOutcome, step: Int, now: Double) -> [Action] {
        guard case .working(let work) = turn else { return [] }
        turn = .free
        return ended(work, outcome, step, now) + advance(now: now)
    }

    /// The daemon is to stop: `advance` asks the worker, if there is one, and answers `exit` in the end.
    package mutating func stop() { isStopping = true }

    // MARK: Rules

    private var isHeld: Bool { isStopping || hold == .paused }

    private enum Candidate {
        case begun(Int)
        case queued(Int)
    }

    /// Who comes first of those that may have the turn.
    /// - Parameter time: what waits for its next attempt beyond that is passed over.
    private func first(at time: Double) -> Candidate? {
        let waiting = begun.indices.filter { begun[$0].notBefore <= time }
            .min { Self.precedes(begun[$0].job, begun[$1].job) }
        // A name that is dropped again while it runs waits for its own end.
        let names = held
        let queued = queue.indices.filter { hold == nil && !names.contains(queue[$0].name) }
            .min { Self.precedes(queue[$0], queue[$1]) }
        guard let queued else { return waiting.map(Candidate.begun) }
        guard let waiting, begun[waiting].job.priority >= queue[queued].priority else {
            return .queued(queued)
        }
        return .begun(waiting)
    }

    private func job(_ candidate: Candidate) -> Job {
        switch candidate {
        case .begun(let index): begun[index].job
        case .queued(let index): queue[index]
        }
    }

    private static func precedes(_ a: Job, _ b: Job) -> Bool {
        if a.priority != b.priority { return a.priority > b.priority }
        return (a.arrival, a.name.fileName) < (b.arrival, b.name.fileName)
    }

    private func reasonToStop(_ work: Work, _ now: Double) -> Interruption? {
        if isStopping { return .daemonStops }
        if hold == .paused { return .queuePaused }
        guard let other = first(at: now).map(job), other.priority > work.begun.job.priority else {
            return nil
        }
        return .preempted(by: other.name)
    }

    private mutating func interrupt(_ work: Work, _ reason: Interruption, _ now: Double) -> [Action] {
        var work = work
        (work.interruption, work.killAt) = (reason, now + limits.stopPatience)
        turn = .working(work)
        return [.terminate(work.begun.job.name, reason)]
    }

    private mutating func lostPatience(_ work: Work) -> [Action] {
        var work = work
        work.killAt = .infinity
        turn = .working(work)
        return [.kill(work.begun.job.name)]
    }

    private mutating func spawn(_ job: Begun) -> [Action] {
        var job = job
        job.record.attempts += 1
        turn = .working(Work(begun: job))
        return [.spawn(job.job.name, job.record)]
    }

    private mutating func ended(
        _ work: Work, _ outcome: WorkerOutcome, _ step: Int, _ now: Double
    ) -> [Action] {
        var job = work.begun
        let name = job.job.name
        let hasProgressed = step > job.record.step
        if hasProgressed { (job.record.step, job.record.withoutProgress) = (step, 0) }

        if case .departed(let departure)? = work.interruption {
            return [.release(name, job.record, departure)]
        }
        switch outcome.verdict {
        case .done: return [.done(name)]
        case .hopeless: return [.fail(name, reason: outcome.text)]
        case .again, .broken: break
        }
        var reason = outcome.text
        switch work.interruption {
        case .silent(let seconds)?:
            reason = "its worker had reported nothing for \(Int(seconds)) s and was ended (\(outcome.text))"
        case let asked?:
            begun.append(job)
            return [.leave(name, job.record, isStopping ? .daemonStops : asked)]
        case nil:
            if hasProgressed, outcome.verdict == .again, !isStopping {
                begun.append(job)
                return []
            }
        }
        if !hasProgressed { job.record.withoutProgress += 1 }
        guard job.record.withoutProgress < limits.mostAttempts else {
            return [
                .fail(
                    name,
                    reason:
                        "given up after \(limits.mostAttempts) attempts in a row without a new checkpoint; "
                        + "the last: \(reason)")
            ]
        }
        job.notBefore = now + limits.delay(withoutProgress: job.record.withoutProgress)
        begun.append(job)
        return [.wait(name, job.record, until: job.notBefore, reason: reason)]
    }
}

extension Scheduler.Limits {
    /// Seconds before the next attempt.
    package func delay(withoutProgress: Int) -> Double {
        var delay = delays.lowerBound
        for _ in 1..<max(2, withoutProgress) where withoutProgress > 1 {
            delay = min(delay * 2, delays.upperBound)
        }
        return delay
    }
}
