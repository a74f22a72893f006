// Several slots: the CPU, and each GPU for one worker at a time.

import Daemon
import Jobs
import Testing

@Suite struct SchedulerSlotTests {
    typealias Names = SchedulerTests

    /// Carries out all that is to be done now, every claim granted; what was spawned, by name, with its GPU.
    static func settle(_ scheduler: inout Scheduler, now: Double = 0) -> [String: String] {
        var spawned: [String: String] = [:]
        while case var actions = scheduler.advance(now: now), !actions.isEmpty {
            while !actions.isEmpty {
                switch actions.removeFirst() {
                case .claim: actions += scheduler.claimed(attempts: 0, step: -1)
                case .spawn(let job, let record): spawned[job.stem] = record.gpu ?? "cpu"
                default: break
                }
            }
        }
        return spawned
    }

    static func scheduler(gpus: Int) -> Scheduler {
        var scheduler = Scheduler()
        scheduler.serve((0..<gpus).map { "GPU-\($0)" })
        return scheduler
    }

    static func job(
        _ stem: String, _ wish: Scheduler.Wish = .auto, priority: Int = 0, arrival: Int64 = 0
    ) -> Scheduler.Job {
        Scheduler.Job(Names.name(stem), priority: priority, arrival: arrival, wish)
    }

    @Test(arguments: [0, 1, 2, 4]) func everyGPUHasOneWorkerAndTheCPUOneMore(gpus: Int) {
        var scheduler = Self.scheduler(gpus: gpus)
        for number in 0..<6 { scheduler.enqueue(Self.job("a\(number)", arrival: Int64(number))) }
        for number in 0..<2 { scheduler.enqueue(Self.job("c\(number)", .cpu, arrival: Int64(10 + number))) }
        let spawned = Self.settle(&scheduler)
        if gpus == 0 {
            #expect(spawned == ["a0": "cpu"], "without a GPU, all are for the CPU, one after the other")
        } else {
            let wanted = (0..<gpus).map { ("a\($0)", "GPU-\($0)") } + [("c0", "cpu")]
            #expect(spawned == Dictionary(uniqueKeysWithValues: wanted))
        }
    }

    @Test func aJobHasTheGPUThatItNames() {
        var scheduler = Self.scheduler(gpus: 2)
        scheduler.enqueue(Self.job("first", .gpu("GPU-1")))
        scheduler.enqueue(Self.job("second", .gpu("GPU-1"), arrival: 1))
        scheduler.enqueue(Self.job("other", .gpu(nil), arrival: 2))
        #expect(Self.settle(&scheduler) == ["first": "GPU-1", "other": "GPU-0"])
        _ = scheduler.exited(Names.name("other"), .exited(0), step: 1, now: 0)
        #expect(Self.settle(&scheduler) == [:], "it waits for its own")
        #expect(
            scheduler.exited(Names.name("first"), .exited(0), step: 1, now: 0).last
                == .claim(Names.name("second")))
    }

    @Test func aJobPrefersTheGPUThatItHad() {
        var scheduler = Self.scheduler(gpus: 2)
        for (stem, gpu, arrival) in [("a", "GPU-1", Int64(0)), ("b", "GPU-0", 1)] {
            var record = AttemptRecord()
            record.gpu = gpu
            scheduler.resume(Self.job(stem, .gpu(nil), arrival: arrival), record)
        }
        #expect(Self.settle(&scheduler) == ["a": "GPU-1", "b": "GPU-0"])
    }

    @Test func preemptionTakesTheLeastOfThoseThatFit() {
        var scheduler = Self.scheduler(gpus: 2)
        scheduler.enqueue(Self.job("low", .gpu(nil), priority: -1))
        scheduler.enqueue(Self.job("high", .gpu(nil), priority: 1))
        scheduler.enqueue(Self.job("cpu", .cpu, priority: -5))
        _ = Self.settle(&scheduler)
        scheduler.enqueue(Self.job("urgent", priority: 9))
        let low = Names.name("low")
        #expect(scheduler.advance(now: 1) == [.terminate(low, .preempted(by: Names.name("urgent")))])
        #expect(scheduler.advance(now: 1) == [], "one place is enough")
        #expect(scheduler.isInterrupted(low) && !scheduler.isInterrupted(Names.name("high")))
        #expect(
            scheduler.exited(low, .exited(75), step: 3, now: 2).last == .claim(Names.name("urgent")))
    }

    @Test func whatIsFreeIsTakenBeforeAnybodyHasToGo() {
        var scheduler = Self.scheduler(gpus: 2)
        scheduler.enqueue(Self.job("a", .gpu(nil)))
        _ = Self.settle(&scheduler)
        scheduler.enqueue(Self.job("urgent", .gpu(nil), priority: 9))
        #expect(Self.settle(&scheduler) == ["urgent": "GPU-1"])
    }

    @Test func aJobBetweenAttemptsKeepsOneSlotAndNoMore() {
        var scheduler = Self.scheduler(gpus: 2)
        scheduler.enqueue(Self.job("a"))
        _ = Self.settle(&scheduler)
        _ = scheduler.exited(Names.name("a"), .killed(9), step: -1, now: 0)
        scheduler.enqueue(Self.job("b", arrival: 1))
        scheduler.enqueue(Self.job("c", arrival: 2))
        #expect(Self.settle(&scheduler, now: 0.5) == ["b": "GPU-1"])
        #expect(scheduler.deadline == 1)
        #expect(Self.settle(&scheduler, now: 1) == ["a": "GPU-0"])
    }

    @Test func aGPUOutOfServiceEndsWithItsWorkerAndTheJobGoesElsewhere() {
        var scheduler = Self.scheduler(gpus: 2)
        scheduler.enqueue(Self.job("a"))
        #expect(Self.settle(&scheduler) == ["a": "GPU-0"])
        scheduler.serve(["GPU-1"])
        #expect(Self.settle(&scheduler) == [:])
        _ = scheduler.exited(Names.name("a"), .exited(70), step: -1, now: 0)
        #expect(Self.settle(&scheduler, now: 1) == ["a": "GPU-1"])
    }

    @Test func whatBeganOnAGPUWaitsForOne() {
        var scheduler = Self.scheduler(gpus: 1)
        scheduler.enqueue(Self.job("a"))
        _ = Self.settle(&scheduler)
        scheduler.serve([])
        _ = scheduler.exited(Names.name("a"), .exited(70), step: -1, now: 0)
        scheduler.enqueue(Self.job("b", arrival: 1))
        #expect(Self.settle(&scheduler, now: 5) == ["b": "cpu"], "auto is the CPU now")
        #expect(scheduler.stranded == [Names.name("a")])
        #expect(scheduler.deadline == nil)
        scheduler.serve(["GPU-0"])
        #expect(Self.settle(&scheduler, now: 6) == ["a": "GPU-0"])
        #expect(scheduler.stranded == [])
    }

    @Test func stoppingAsksAllAndWaitsForAll() {
        var scheduler = Self.scheduler(gpus: 2)
        for stem in ["a", "b"] { scheduler.enqueue(Self.job(stem)) }
        scheduler.enqueue(Self.job("c", .cpu))
        #expect(Self.settle(&scheduler).count == 3)
        scheduler.stop()
        var asked: Set<String> = []
        while case .terminate(let job, .daemonStops)? = scheduler.advance(now: 1).first {
            asked.insert(job.stem)
        }
        #expect(asked == ["a", "b", "c"])
        for stem in ["a", "b", "c"] {
            let actions = scheduler.exited(Names.name(stem), .exited(75), step: 1, now: 2)
            #expect((actions.last == .exit) == (stem == "c"))
        }
    }

    @Test func aPoolCountsFaultsInARow() {
        var pool = GPUPool()
        let gpus = (0..<2).map {
            Machine.GPU(index: $0, name: "X", uuid: "GPU-\($0)aaa", memory: 1, capability: "9.0")
        }
        #expect(pool.replace(Machine(gpus: gpus), .auto) == [])
        #expect(pool.inService == ["GPU-0aaa", "GPU-1aaa"])
        for isLast in [false, false] {
            #expect(pool.ended(on: "GPU-0aaa", isDeviceFault: true) == isLast)
        }
        #expect(pool.ended(on: "GPU-0aaa", isDeviceFault: false) == false, "begins the count anew")
        for isLast in [false, false, true, false] {
            #expect(pool.ended(on: "GPU-0aaa", isDeviceFault: true) == isLast)
        }
        #expect(pool.inService == ["GPU-1aaa"] && pool.isOut("GPU-0aaa"))
        #expect(pool.machine.gpus.count == 2, "jobs for it wait, they are not refused")
        #expect(pool.replace(Machine(gpus: gpus), .some(["GPU-1", "GPU-7"])) == ["GPU-7"])
        #expect(pool.inService == ["GPU-1aaa"])
        _ = pool.replace(Machine(gpus: gpus), .none)
        #expect(pool.inService == [] && pool.machine.problem?.contains("gpus: none") == true)
    }
}
