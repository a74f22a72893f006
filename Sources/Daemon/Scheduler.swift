// Which job runs when: a pure state machine. Each input returns what is to be done; no clock, no files, no processes.
//
// 1. At most one worker in each slot, the CPU and every GPU in service, for the job that comes first of those that fit it:
//    by priority, then what has begun before what is queued, then by arrival. A worker is asked to stop, and goes on
//    later, where a job of higher priority fits no other slot. A job has at most one worker.
// 2. A job that waits for its next attempt keeps its turn before its equals: it came first, and ten vain attempts take
//    nine minutes. It keeps one slot.
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
        package var wish: Wish

        package init(_ name: JobName, priority: Int, arrival: Int64, _ wish: Wish = .auto) {
            (self.name, self.priority, self.arrival, self.wish) = (name, priority, arrival, wish)
        }
    }

    /// What a job computes on.
    package enum Wish: Hashable, Sendable {
        /// A GPU where one is in service when it begins, else the CPU; then it stays with that.
        case auto
        case cpu
        /// Any, or the one of this uuid.
        case gpu(String?)
    }

    /// Where one worker at a time computes.
    package enum Slot: Hashable, Sendable {
        case cpu
        /// By its uuid.
        case gpu(String)
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
        /// Store the record, start a worker on the GPU that it names, or on the CPU, and tell its end by `exited`.
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
    struct Begun: Sendable {
        var job: Job
        var record: AttemptRecord
        var notBefore = -Double.infinity
    }

    struct Work: Sendable {
        var begun: Begun
        var interruption: Interruption?
        /// When patience with an interrupted worker ends.
        var killAt = Double.infinity
    }

    enum Turn: Sendable {
        case free
        case claiming(Job)
        case working(Work)
    }

    struct Lane: Sendable {
        let slot: Slot
        var turn = Turn.free
        /// Where not, it ends with its worker.
        var isInService = true
    }

    package var limits: Limits
    /// What holds the whole queue; takes effect with `advance`.
    package var hold: QueueMark?
    var lanes = [Lane(slot: .cpu)]
    /// Without a worker; one that came back while its old worker ends has that too.
    var begun: [Begun] = []
    var queue: [Job] = []
    var isStopping = false
    var hasExited = false
    /// Of the last `advance`: what was due then has been seen to.
    var clock = -Double.infinity
    /// When jobs arrived that could not be claimed the last time: nobody gives way to these.
    var unclaimed: [JobName: Int64] = [:]

    package init(_ limits: Limits = Limits()) { self.limits = limits }

    // MARK: State

    /// The jobs that have workers, and where.
    package var working: [(job: JobName, slot: Slot)] {
        lanes.compactMap { lane in lane.work.map { ($0.begun.job.name, lane.slot) } }
    }

    /// Whether the job's worker has been asked to stop.
    package func isInterrupted(_ name: JobName) -> Bool {
        lane(of: name).flatMap { lanes[$0].work?.interruption } != nil
    }

    /// The jobs that have begun: with a worker or without.
    package var held: Set<JobName> { Set(begun.map(\.job.name)).union(working.map(\.job)) }

    // MARK: Inputs

    /// The GPUs in service, by their uuids. A worker on another ends by itself.
    package mutating func serve(_ gpus: [String]) {
        for index in lanes.indices {
            if case .gpu(let uuid) = lanes[index].slot { lanes[index].isInService = gpus.contains(uuid) }
        }
        lanes.removeAll { !$0.isInService && $0.isFree }
        for gpu in gpus where !lanes.contains(where: { $0.slot == .gpu(gpu) }) {
            lanes.append(Lane(slot: .gpu(gpu)))
        }
    }

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

    /// A person has changed the priority of a job that has begun, or what its next attempt is to compute on.
    package mutating func reprioritize(_ name: JobName, _ priority: Int, _ wish: Wish? = nil) {
        if let lane = lane(of: name), var work = lanes[lane].work {
            work.begun.job.priority = priority
            work.begun.job.wish = wish ?? work.begun.job.wish
            lanes[lane].turn = .working(work)
        }
        for index in begun.indices where begun[index].job.name == name {
            begun[index].job.priority = priority
            begun[index].job.wish = wish ?? begun[index].job.wish
        }
    }

    /// The next that is to be done: gives a slot to the job that comes first, to the next attempt once its pause is over,
    /// and takes it from a worker that has to stop. To be called until nothing is left.
    package mutating func advance(now: Double) -> [Action] {
        clock = now
        return next(now).map { [$0] } ?? []
    }

    /// - Parameters:
    ///   - attempts: workers this run has had before.
    ///   - step: of its newest checkpoint, -1 for none.
    package mutating func claimed(attempts: Int, step: Int) -> [Action] {
        guard let (lane, job) = claiming else { return [] }
        unclaimed[job.name] = nil
        var record = AttemptRecord()
        (record.attempts, record.step) = (attempts, step)
        return [spawn(Begun(job: job, record: record), lane)]
    }

    /// The file could not be moved to running/; it is not queued any more.
    package mutating func claimFailed() {
        guard let (lane, job) = claiming else { return }
        unclaimed[job.name] = job.arrival
        free(lane)
    }

    /// The job that was to be spawned has no file in running/ just now.
    package mutating func postponed(_ name: JobName, until: Double) {
        guard let lane = lane(of: name), var work = lanes[lane].work else { return }
        work.begun.record.attempts -= 1
        work.begun.notBefore = until
        begun.append(work.begun)
        free(lane)
    }

    /// A person has taken the job's file out of running/.
    package mutating func departed(_ name: JobName, _ departure: Departure, now: Double) -> [Action] {
        if let lane = lane(of: name), var work = lanes[lane].work {
            // It may have come back meanwhile, and gone again.
            begun.removeAll { $0.job.name == name }
            if work.interruption == nil { return [interrupt(lane, work, .departed(departure), now)] }
            work.interruption = .departed(departure)
            lanes[lane].turn = .working(work)
            return []
        }
        guard let index = begun.firstIndex(where: { $0.job.name == name }) else { return [] }
        return [.release(name, begun.remove(at: index).record, departure)]
    }

    /// The worker has reported nothing for too long.
    package mutating func silent(_ name: JobName, seconds: Double, now: Double) -> [Action] {
        guard let lane = lane(of: name), let work = lanes[lane].work, work.interruption == nil else {
            return []
        }
        return [interrupt(lane, work, .silent(seconds), now)]
    }

    /// The worker has ended.
    /// - Parameter step: of the newest checkpoint now, -1 for none.
    package mutating func exited(
        _ name: JobName, _ outcome: WorkerOutcome, step: Int, now: Double
    ) -> [Action] {
        guard let lane = lane(of: name), let work = lanes[lane].work else { return [] }
        free(lane)
        return ended(work, outcome, step, now) + advance(now: now)
    }

    /// The daemon is to stop: `advance` asks the workers, if there are any, and answers `exit` in the end.
    package mutating func stop() { isStopping = true }

    // MARK: Rules

    private mutating func ended(
        _ work: Work, _ outcome: WorkerOutcome, _ step: Int, _ now: Double
    ) -> [Action] {
        var job = work.begun
        let name = job.job.name
        let hasProgressed = step > job.record.step
        if hasProgressed { (job.record.step, job.record.withoutProgress) = (step, 0) }
        // A newer one was set aside as damaged; what comes after this one is progress again.
        if step >= 0 { job.record.step = step }

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
            let end = outcome == .killed(9) ? "killed" : outcome.text
            reason = "its worker had reported nothing for \(Int(seconds)) s and was ended (\(end))"
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
