// Random histories: never two workers, no job lost or run twice, and an end.

import Daemon
import Jobs
import SeededRandom
import Testing

@Suite struct SchedulerPropertyTests {
    /// A world that carries out what the scheduler says, and keeps count.
    struct World {
        var scheduler = Scheduler()
        var random: SeededRandom
        var now = 0.0
        var queued: Set<JobName> = []
        var running: Set<JobName> = []
        var over: Set<JobName> = []
        /// Taken from running/ by a person, their worker perhaps still there.
        var departed: Set<JobName> = []
        var worker: JobName?
        var isAsked = false
        var hasExited = false
        var step = 0

        mutating func carryOut(_ actions: [Scheduler.Action]) {
            var rest = actions[...]
            while let action = rest.popFirst() {
                #expect(!hasExited, "nothing after exit")
                switch action {
                case .claim(let job):
                    #expect(queued.contains(job) && !running.contains(job) && worker == nil)
                    #expect(scheduler.hold == nil, "a held queue starts nothing new")
                    queued.remove(job)
                    if Int.random(in: 0..<8, using: &random) == 0 {
                        over.insert(job)  // a person took it away
                        rest += scheduler.claimFailed(now: now)
                    } else {
                        running.insert(job)
                        rest += scheduler.claimed(attempts: 0, step: step)
                    }
                case .spawn(let job, let record):
                    #expect(worker == nil, "one worker at a time")
                    #expect(running.contains(job))
                    #expect(scheduler.hold != .paused, "a paused queue runs nothing")
                    #expect(record.withoutProgress < scheduler.limits.mostAttempts)
                    worker = job
                    isAsked = false
                case .wait(let job, _, let until, _):
                    #expect(running.contains(job) && worker == nil && until > now)
                case .leave(let job, _, _): #expect(running.contains(job) && worker == nil)
                case .done(let job), .fail(let job, _):
                    #expect(running.remove(job) != nil && worker == nil)
                    over.insert(job)
                case .release(let job, _, _):
                    #expect(departed.remove(job) != nil && worker != job)
                    over.insert(job)
                case .terminate(let job, _):
                    #expect(worker == job && !isAsked, "asked once")
                    isAsked = true
                case .kill(let job): #expect(worker == job && isAsked)
                case .exit:
                    #expect(worker == nil, "no worker is left behind")
                    hasExited = true
                }
            }
        }

        /// Sorted first: a set's own order differs from process to process.
        mutating func any(of jobs: Set<JobName>) -> JobName? {
            jobs.sorted { $0.stem < $1.stem }.randomElement(using: &random)
        }

        /// The worker ends, one way or another.
        mutating func end(_ codes: [WorkerOutcome]) {
            guard worker != nil, let outcome = codes.randomElement(using: &random) else { return }
            worker = nil
            if Bool.random(using: &random) { step += 1 }
            carryOut(scheduler.exited(outcome, step: step, now: now))
        }
    }

    @Test func histories() {
        for seed in 0..<300 { Self.history(seed: UInt64(seed)) }
    }

    static func history(seed: UInt64) {
        var world = World(random: SeededRandom(seed: seed))
        let outcomes: [WorkerOutcome] = [
            .exited(0), .exited(65), .exited(75), .exited(70), .killed(9), .killed(15),
        ]
        var all: Set<JobName> = []
        for number in 0..<Int.random(in: 0...3, using: &world.random) {
            let job = SchedulerTests.job("r\(number)", arrival: Int64(number))
            all.insert(job.name)
            world.running.insert(job.name)
            world.scheduler.resume(job, AttemptRecord())
        }
        for number in 0..<60 {
            switch Int.random(in: 0..<10, using: &world.random) {
            case 0, 1:
                let priority = Int.random(in: -2...2, using: &world.random)
                let job = SchedulerTests.job("j\(number)", priority: priority, arrival: Int64(number))
                all.insert(job.name)
                world.queued.insert(job.name)
                world.scheduler.enqueue(job)
            case 2:
                if let job = world.any(of: world.queued) {
                    world.queued.remove(job)
                    world.over.insert(job)
                    world.scheduler.withdraw(job)
                }
            case 3:
                if let job = world.any(of: world.running) {
                    world.running.remove(job)
                    world.departed.insert(job)
                    world.carryOut(world.scheduler.departed(job, .cancelled, now: world.now))
                }
            case 4:
                world.scheduler.hold = [nil, nil, .paused, .draining].randomElement(using: &world.random)!
            case 5: world.carryOut(world.scheduler.silent(seconds: 600, now: world.now))
            case 6:
                if let job = world.any(of: world.running) {
                    world.scheduler.reprioritize(job, Int.random(in: -2...2, using: &world.random))
                }
            case 7, 8: world.end(outcomes)
            default: world.now += Double.random(in: 0...200, using: &world.random)
            }
            world.carryOut(world.scheduler.advance(now: world.now))
            let known = world.queued.union(world.running).union(world.over).union(world.departed)
            #expect(known == all, "no job is lost")
            #expect(world.scheduler.held.isSuperset(of: world.running))
        }
        if Bool.random(using: &world.random) {
            world.scheduler.stop()
            world.carryOut(world.scheduler.advance(now: world.now))
            if !world.hasExited { world.end(outcomes) }
            #expect(world.hasExited)
        } else {
            // Left alone, it comes to rest with every job over.
            var turns = 0
            world.scheduler.hold = nil
            while !world.running.isEmpty || !world.queued.isEmpty || !world.departed.isEmpty, turns < 10_000 {
                world.now = world.scheduler.deadline ?? world.now
                world.carryOut(world.scheduler.advance(now: world.now))
                world.end(outcomes)
                turns += 1
            }
            #expect(world.over == all)
        }
    }
}
