// Random histories: never two workers in a slot or for a job, no job lost or run twice, and an end.

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
        /// Where each works; nil for the CPU.
        var workers: [JobName: String?] = [:]
        var asked: Set<JobName> = []
        var gpus: [String] = []
        var hasExited = false
        var step = 0

        mutating func carryOut(_ actions: [Scheduler.Action]) {
            var rest = actions[...]
            while let action = rest.popFirst() {
                #expect(!hasExited, "nothing after exit")
                switch action {
                case .claim(let job):
                    #expect(queued.contains(job) && !running.contains(job) && workers[job] == nil)
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
                    #expect(workers[job] == nil, "one worker for a job")
                    #expect(!workers.values.contains(record.gpu), "one worker in a slot")
                    #expect(record.gpu.map(gpus.contains) ?? true, "only a GPU in service")
                    #expect(running.contains(job))
                    #expect(scheduler.hold != .paused, "a paused queue runs nothing")
                    #expect(record.withoutProgress < scheduler.limits.mostAttempts)
                    workers[job] = .some(record.gpu)
                    asked.remove(job)
                case .wait(let job, _, let until, _):
                    #expect(running.contains(job) && workers[job] == nil && until > now)
                case .leave(let job, _, _): #expect(running.contains(job) && workers[job] == nil)
                case .done(let job), .fail(let job, _):
                    #expect(running.remove(job) != nil && workers[job] == nil)
                    over.insert(job)
                case .release(let job, _, _):
                    #expect(departed.remove(job) != nil && workers[job] == nil)
                    over.insert(job)
                case .terminate(let job, _):
                    #expect(workers[job] != nil && asked.insert(job).inserted, "asked once")
                case .kill(let job): #expect(workers[job] != nil && asked.contains(job))
                case .exit:
                    #expect(workers.isEmpty, "no worker is left behind")
                    hasExited = true
                }
            }
        }

        /// Sorted first: a set's own order differs from process to process.
        mutating func any(of jobs: Set<JobName>) -> JobName? {
            jobs.sorted { $0.stem < $1.stem }.randomElement(using: &random)
        }

        /// A worker ends, one way or another.
        mutating func end(_ codes: [WorkerOutcome]) {
            guard let job = any(of: Set(workers.keys)), let outcome = codes.randomElement(using: &random)
            else { return }
            workers[job] = nil
            if Bool.random(using: &random) { step += 1 }
            carryOut(scheduler.exited(job, outcome, step: step, now: now))
        }

        /// All that is to be done now.
        mutating func advance() {
            var rounds = 0
            while case let actions = scheduler.advance(now: now), !actions.isEmpty, rounds < 1000 {
                carryOut(actions)
                rounds += 1
            }
            #expect(rounds < 1000, "it comes to rest")
            #expect(scheduler.deadline.map { $0 > now } ?? true, "what is due has been done")
        }

        mutating func wish() -> Scheduler.Wish {
            [.auto, .cpu, .gpu(nil), gpus.first.map { .gpu($0) } ?? .auto].randomElement(using: &random)!
        }
    }

    @Test(arguments: [0, 1, 2, 4]) func histories(gpus: Int) {
        for seed in 0..<150 { Self.history(seed: UInt64(seed), gpus: gpus) }
    }

    static func history(seed: UInt64, gpus: Int) {
        var world = World(random: SeededRandom(seed: seed))
        let allGPUs = (0..<gpus).map { "GPU-\($0)" }
        world.gpus = allGPUs
        world.scheduler.serve(allGPUs)
        let outcomes: [WorkerOutcome] = [
            .exited(0), .exited(65), .exited(75), .exited(70), .killed(9), .killed(15),
        ]
        var all: Set<JobName> = []
        for number in 0..<Int.random(in: 0...3, using: &world.random) {
            var job = SchedulerTests.job("r\(number)", arrival: Int64(number))
            if gpus > 0 { job.wish = world.wish() }
            all.insert(job.name)
            world.running.insert(job.name)
            world.scheduler.resume(job, AttemptRecord())
        }
        for number in 0..<60 {
            switch Int.random(in: 0..<10, using: &world.random) {
            case 0, 1:
                let priority = Int.random(in: -2...2, using: &world.random)
                var job = SchedulerTests.job("j\(number)", priority: priority, arrival: Int64(number))
                if gpus > 0 { job.wish = world.wish() }
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
            case 5:
                guard let job = world.any(of: Set(world.workers.keys)) else { break }
                world.carryOut(world.scheduler.silent(job, seconds: 600, now: world.now))
            case 6:
                if let job = world.any(of: world.running) {
                    world.scheduler.reprioritize(job, Int.random(in: -2...2, using: &world.random))
                }
            case 7, 8: world.end(outcomes)
            case 9 where gpus > 1 && Bool.random(using: &world.random):
                // One is taken out of service, or all are back.
                world.gpus = world.gpus.count < gpus ? allGPUs : Array(allGPUs.dropLast())
                world.scheduler.serve(world.gpus)
            default: world.now += Double.random(in: 0...200, using: &world.random)
            }
            world.advance()
            let known = world.queued.union(world.running).union(world.over).union(world.departed)
            #expect(known == all, "no job is lost")
            #expect(world.scheduler.held.isSuperset(of: world.running))
        }
        if Bool.random(using: &world.random) {
            world.scheduler.stop()
            world.advance()
            while !world.workers.isEmpty { world.end(outcomes) }
            world.advance()
            #expect(world.hasExited)
        } else {
            // Left alone, it comes to rest with every job over.
            var turns = 0
            world.scheduler.hold = nil
            world.gpus = allGPUs
            world.scheduler.serve(allGPUs)
            while !world.running.isEmpty || !world.queued.isEmpty || !world.departed.isEmpty, turns < 10_000 {
                world.now = world.scheduler.deadline ?? world.now
                world.advance()
                world.end(outcomes)
                turns += 1
            }
            #expect(world.over == all)
        }
    }
}
