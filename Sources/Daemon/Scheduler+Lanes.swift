// Who gets which slot, and who has to give way.

package import Jobs
internal import Spool

extension Scheduler {
    /// A job that could have a worker, and where it stands.
    private struct Candidate {
        let job: Job
        /// In `begun`, or in `queue`.
        let index: Int
        let isBegun: Bool
        let notBefore: Double
        /// That it had.
        let gpu: String?
    }

    /// The time at which `advance` has something to do though nothing else happens.
    package var deadline: Double? {
        guard claiming == nil else { return nil }
        var times = lanes.compactMap { $0.work?.interruption == nil ? nil : $0.work?.killAt }
        for candidate in candidates() where candidate.notBefore > clock {
            let isAwaited = lanes.contains { lane in
                guard fits(candidate.job.wish, lane) else { return false }
                guard let work = lane.work else { return true }
                return work.interruption == nil && work.begun.job.priority < candidate.job.priority
            }
            if isAwaited { times.append(candidate.notBefore) }
        }
        return times.filter(\.isFinite).min()
    }

    /// Jobs that no slot in service fits: they wait for a GPU that is not there.
    package var stranded: [JobName] {
        let jobs = begun.filter { lane(of: $0.job.name) == nil }.map(\.job) + queue
        return jobs.filter { job in !lanes.contains { fits(job.wish, $0) } }.map(\.name)
    }

    mutating func next(_ now: Double) -> Action? {
        guard claiming == nil else { return nil }
        for (lane, work) in lanes.enumerated().compactMap({ index, lane in lane.work.map { (index, $0) } }) {
            if work.interruption != nil {
                if now >= work.killAt { return lostPatience(lane, work) }
            } else if isStopping || hold == .paused {
                return interrupt(lane, work, isStopping ? .daemonStops : .queuePaused, now)
            }
        }
        if isStopping {
            guard !hasExited, lanes.allSatisfy(\.isFree) else { return nil }
            hasExited = true
            return .exit
        }
        var free = lanes.indices.filter { lanes[$0].isFree }
        // Of workers that have been asked to stop.
        var coming = lanes.indices.filter { lanes[$0].work?.interruption != nil }
        for candidate in candidates() {
            let isReady = candidate.notBefore <= now
            if let lane = place(candidate, among: free) {
                if isReady { return begin(candidate, lane) }
                free.removeAll { $0 == lane }
            } else if isReady, let lane = place(candidate, among: coming) {
                coming.removeAll { $0 == lane }
            } else if isReady, unclaimed[candidate.job.name] != candidate.job.arrival,
                let (lane, work) = victim(of: candidate.job)
            {
                return interrupt(lane, work, .preempted(by: candidate.job.name), now)
            }
        }
        return nil
    }

    // MARK: Candidates

    /// In the order in which they have their turn.
    private func candidates() -> [Candidate] {
        guard !isStopping, hold != .paused else { return [] }
        let busy = Set(working.map(\.job))
        var candidates: [Candidate] = []
        for (index, begun) in begun.enumerated() where !busy.contains(begun.job.name) {
            candidates.append(
                Candidate(
                    job: begun.job, index: index, isBegun: true, notBefore: begun.notBefore,
                    gpu: begun.record.gpu))
        }
        // A name that is dropped again while it runs waits for its own end.
        let held = held
        for (index, job) in queue.enumerated() where hold == nil && !held.contains(job.name) {
            candidates.append(
                Candidate(job: job, index: index, isBegun: false, notBefore: -.infinity, gpu: nil))
        }
        return candidates.sorted { a, b in
            if a.job.priority != b.job.priority { return a.job.priority > b.job.priority }
            if a.isBegun != b.isBegun { return a.isBegun }
            return (a.job.arrival, a.job.name.fileName) < (b.job.arrival, b.job.name.fileName)
        }
    }

    private func fits(_ wish: Wish, _ lane: Lane) -> Bool {
        guard lane.isInService else { return false }
        switch (wish, lane.slot) {
        case (.cpu, .cpu), (.auto, .gpu), (.gpu(nil), .gpu): return true
        case (.auto, .cpu): return lanes.allSatisfy { $0.slot == .cpu || !$0.isInService }
        case (.gpu(let wanted?), .gpu(let uuid)): return wanted == uuid
        case (.cpu, .gpu), (.gpu, .cpu): return false
        }
    }

    /// The lane that the job had, or else the first that fits.
    private func place(_ candidate: Candidate, among free: [Int]) -> Int? {
        let fitting = free.filter { fits(candidate.job.wish, lanes[$0]) }
        return fitting.first { candidate.gpu.map(Slot.gpu) == lanes[$0].slot } ?? fitting.first
    }

    /// The worker that comes last of those that a job goes before.
    private func victim(of job: Job) -> (lane: Int, work: Work)? {
        var last: (lane: Int, work: Work)?
        for (index, lane) in lanes.enumerated() where fits(job.wish, lane) {
            guard let work = lane.work, work.interruption == nil, work.begun.job.priority < job.priority
            else { continue }
            let (own, other) = (work.begun.job, last?.work.begun.job)
            if let other, (own.priority, -own.arrival) >= (other.priority, -other.arrival) { continue }
            last = (index, work)
        }
        return last
    }

    // MARK: Lanes

    var claiming: (lane: Int, job: Job)? {
        for (index, lane) in lanes.enumerated() {
            if case .claiming(let job) = lane.turn { return (index, job) }
        }
        return nil
    }

    func lane(of name: JobName) -> Int? { lanes.firstIndex { $0.work?.begun.job.name == name } }

    mutating func free(_ lane: Int) {
        lanes[lane].turn = .free
        if !lanes[lane].isInService { lanes.remove(at: lane) }
    }

    private mutating func begin(_ candidate: Candidate, _ lane: Int) -> Action {
        if candidate.isBegun { return spawn(begun.remove(at: candidate.index), lane) }
        let job = queue.remove(at: candidate.index)
        lanes[lane].turn = .claiming(job)
        return .claim(job.name)
    }

    mutating func spawn(_ job: Begun, _ lane: Int) -> Action {
        var job = job
        job.record.attempts += 1
        switch lanes[lane].slot {
        case .cpu:
            job.record.gpu = nil
            if job.job.wish == .auto { job.job.wish = .cpu }
        case .gpu(let uuid):
            job.record.gpu = uuid
            if job.job.wish == .auto { job.job.wish = .gpu(nil) }
        }
        lanes[lane].turn = .working(Work(begun: job))
        return .spawn(job.job.name, job.record)
    }

    mutating func interrupt(_ lane: Int, _ work: Work, _ reason: Interruption, _ now: Double) -> Action {
        var work = work
        (work.interruption, work.killAt) = (reason, now + limits.stopPatience)
        lanes[lane].turn = .working(work)
        return .terminate(work.begun.job.name, reason)
    }

    private mutating func lostPatience(_ lane: Int, _ work: Work) -> Action {
        var work = work
        work.killAt = .infinity
        lanes[lane].turn = .working(work)
        return .kill(work.begun.job.name)
    }
}

extension Scheduler.Lane {
    var work: Scheduler.Work? { if case .working(let work) = turn { work } else { nil } }
    var isFree: Bool { if case .free = turn { true } else { false } }
}
