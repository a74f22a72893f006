// The scheduler's edges, each as the actions it asks for.

import Daemon
import Jobs
import Testing

@Suite struct SchedulerTests {
    static func name(_ stem: String) -> JobName {
        // Valid by construction.
        try! JobName(fileName: "\(stem).yml")
    }

    static func job(_ stem: String, priority: Int = 0, arrival: Int64 = 0) -> Scheduler.Job {
        Scheduler.Job(name(stem), priority: priority, arrival: arrival)
    }

    static func record(_ attempts: Int, withoutProgress: Int = 0, step: Int = -1) -> AttemptRecord {
        var record = AttemptRecord()
        (record.attempts, record.withoutProgress, record.step) = (attempts, withoutProgress, step)
        return record
    }

    /// With job `a` at work, its first attempt begun at step `step`.
    static func working(step: Int = -1) -> Scheduler {
        var scheduler = Scheduler()
        scheduler.enqueue(job("a"))
        _ = scheduler.advance(now: 0)
        _ = scheduler.claimed(attempts: 0, step: step)
        return scheduler
    }

    let a = Self.name("a")
    let urgent = Self.name("urgent")

    @Test func idle() {
        var scheduler = Scheduler()
        #expect(scheduler.advance(now: 0) == [])
        #expect(scheduler.deadline == nil)
        scheduler.stop()
        #expect(scheduler.advance(now: 0) == [.exit])
        scheduler.stop()
        #expect(scheduler.advance(now: 0) == [], "the second signal changes nothing")
    }

    @Test func claimsThenSpawns() {
        var scheduler = Scheduler()
        scheduler.enqueue(Self.job("a"))
        #expect(scheduler.advance(now: 0) == [.claim(a)])
        #expect(scheduler.advance(now: 0) == [])
        #expect(scheduler.claimed(attempts: 4, step: 70) == [.spawn(a, Self.record(5, step: 70))])
        #expect(scheduler.working.map(\.job) == [a])
    }

    @Test func byPriorityThenArrival() {
        var scheduler = Scheduler()
        for job in [
            Self.job("late", arrival: 2), Self.job("early", arrival: 1),
            Self.job("urgent", priority: 5, arrival: 3),
        ] { scheduler.enqueue(job) }
        let order = [scheduler.advance(now: 0), scheduler.claimFailed(now: 0), scheduler.claimFailed(now: 0)]
        #expect(order == ["urgent", "early", "late"].map { [.claim(Self.name($0))] })
    }

    @Test func aChangedJobTakesItsNewPlace() {
        var scheduler = Scheduler()
        scheduler.enqueue(Self.job("a", priority: 1, arrival: 1))
        scheduler.enqueue(Self.job("b", arrival: 2))
        scheduler.enqueue(Self.job("a", priority: -1, arrival: 3))
        #expect(scheduler.advance(now: 0) == [.claim(Self.name("b"))])
        #expect(scheduler.claimFailed(now: 0) == [.claim(a)])
        #expect(scheduler.claimFailed(now: 0) == [])
    }

    @Test func aWithdrawnJobIsNotClaimed() {
        var scheduler = Scheduler()
        scheduler.enqueue(Self.job("a"))
        scheduler.withdraw(a)
        #expect(scheduler.advance(now: 0) == [])
    }

    @Test func whatWasRunningComesFirst() {
        var scheduler = Scheduler()
        scheduler.enqueue(Self.job("queued"))
        scheduler.resume(Self.job("b", arrival: 1), Self.record(3, withoutProgress: 2, step: 40))
        scheduler.resume(Self.job("a", arrival: 0), Self.record(1))
        #expect(scheduler.advance(now: 0) == [.spawn(a, Self.record(2))])
        #expect(
            scheduler.exited(.exited(0), step: 9, now: 0)
                == [.done(a), .spawn(Self.name("b"), Self.record(4, withoutProgress: 2, step: 40))])
        #expect(
            scheduler.exited(.exited(0), step: 9, now: 0) == [
                .done(Self.name("b")), .claim(Self.name("queued")),
            ])
    }

    @Test func whatWasRunningWaitsForAHigherPriority() {
        var scheduler = Scheduler()
        scheduler.enqueue(Self.job("urgent", priority: 1))
        scheduler.resume(Self.job("a"), Self.record(1))
        #expect(scheduler.advance(now: 0) == [.claim(urgent)])
    }

    @Test(arguments: [65, 78]) func neverRetried(_ code: Int32) {
        var scheduler = Self.working()
        let outcome = WorkerOutcome.exited(code)
        #expect(scheduler.exited(outcome, step: 5, now: 0) == [.fail(a, reason: outcome.text)])
        #expect(scheduler.working.isEmpty)
    }

    @Test(arguments: [
        WorkerOutcome.exited(70), .exited(1), .exited(64), .exited(75), .killed(9), .killed(11),
        .couldNotStart("no memory"),
    ])
    func retriedAfterAPause(_ outcome: WorkerOutcome) {
        var scheduler = Self.working()
        #expect(
            scheduler.exited(outcome, step: -1, now: 100)
                == [.wait(a, Self.record(1, withoutProgress: 1), until: 101, reason: outcome.text)])
        #expect(scheduler.deadline == 101)
        #expect(scheduler.advance(now: 100.9) == [])
        #expect(scheduler.advance(now: 101) == [.spawn(a, Self.record(2, withoutProgress: 1))])
        #expect(scheduler.deadline == nil)
    }

    @Test func checkpointedRunsAgainAtOnce() {
        var scheduler = Self.working(step: 10)
        #expect(scheduler.exited(.exited(75), step: 20, now: 0) == [.spawn(a, Self.record(2, step: 20))])
    }

    @Test func pausesDoubleAndTenVainAttemptsAreEnough() {
        var scheduler = Self.working()
        var pauses: [Double] = []
        var now = 0.0
        for attempt in 1...9 {
            guard
                case .wait(_, let record, let until, _)? = scheduler.exited(.killed(9), step: -1, now: now)
                    .first
            else { return #expect(Bool(false), "attempt \(attempt) is not the last") }
            #expect(record.withoutProgress == attempt)
            pauses.append(until - now)
            now = until
            #expect(
                scheduler.advance(now: now) == [.spawn(a, Self.record(attempt + 1, withoutProgress: attempt))]
            )
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256])
        guard case .fail(a, let reason)? = scheduler.exited(.killed(9), step: -1, now: now).first else {
            return #expect(Bool(false), "the tenth is the last")
        }
        #expect(reason.contains("10 attempts") && reason.contains("signal 9"))
        #expect(Scheduler.Limits().delay(withoutProgress: 50) == 300)
    }

    @Test func progressBeginsTheCountAnew() {
        var scheduler = Self.working()
        for now in [0.0, 10, 20] {
            _ = scheduler.exited(.killed(9), step: -1, now: now)
            _ = scheduler.advance(now: now + 10)
        }
        #expect(
            scheduler.exited(.killed(9), step: 500, now: 100)
                == [.wait(a, Self.record(4, step: 500), until: 101, reason: WorkerOutcome.killed(9).text)])
    }

    @Test func aJobBetweenAttemptsKeepsItsTurnBeforeItsEquals() {
        var scheduler = Self.working()
        _ = scheduler.exited(.killed(9), step: -1, now: 0)
        scheduler.enqueue(Self.job("b"))
        #expect(scheduler.advance(now: 0.5) == [])
        #expect(scheduler.deadline == 1)
        #expect(scheduler.working.isEmpty && scheduler.held == [a])
        #expect(scheduler.advance(now: 1) == [.spawn(a, Self.record(2, withoutProgress: 1))])
    }

    @Test func aHigherPriorityDoesNotWaitForAPause() {
        var scheduler = Self.working()
        _ = scheduler.exited(.killed(9), step: -1, now: 0)
        scheduler.enqueue(Self.job("urgent", priority: 1))
        #expect(scheduler.advance(now: 0.5) == [.claim(urgent)])
        _ = scheduler.claimed(attempts: 0, step: -1)
        #expect(scheduler.advance(now: 5) == [], "the pause is over, but not what came between")
        #expect(
            scheduler.exited(.exited(0), step: 3, now: 6)
                == [.done(urgent), .spawn(a, Self.record(2, withoutProgress: 1))])
    }

    /// A file that cannot be moved to running/ would else stop a worker every time it is tried.
    @Test func nobodyGivesWayToWhatCouldNotBeClaimed() {
        var scheduler = Self.working()
        let first = Self.job("urgent", priority: 1, arrival: 1)
        scheduler.enqueue(first)
        #expect(scheduler.advance(now: 1) == [.terminate(a, .preempted(by: urgent))])
        #expect(scheduler.exited(.exited(75), step: 3, now: 2).last == .claim(urgent))
        #expect(scheduler.claimFailed(now: 2) == [.spawn(a, Self.record(2, step: 3))])
        scheduler.enqueue(first)
        #expect(scheduler.advance(now: 32) == [])
        scheduler.enqueue(Self.job("urgent", priority: 1, arrival: 33))
        #expect(scheduler.advance(now: 33) == [.terminate(a, .preempted(by: urgent))], "it is another file")
    }

    /// The newest checkpoint was damaged and set aside: what comes after the one before it is progress.
    @Test func progressCountsFromWhereTheRunIs() {
        var scheduler = Self.working(step: 100)
        guard case .wait(_, let back, _, _)? = scheduler.exited(.killed(9), step: 90, now: 0).first else {
            return #expect(Bool(false), "it waits")
        }
        #expect(back == Self.record(1, withoutProgress: 1, step: 90))
        _ = scheduler.advance(now: 1e6)
        guard case .wait(_, let on, _, _)? = scheduler.exited(.killed(9), step: 91, now: 1e6).first else {
            return #expect(Bool(false), "it waits")
        }
        #expect(on == Self.record(2, withoutProgress: 0, step: 91))
    }

    @Test func inputsOutOfTurnAreHarmless() {
        var scheduler = Scheduler()
        #expect(scheduler.exited(.exited(0), step: 0, now: 0) == [])
        #expect(scheduler.claimed(attempts: 0, step: 0) == [])
        #expect(scheduler.claimFailed(now: 0) == [])
        #expect(scheduler.departed(a, .cancelled, now: 0) == [])
        #expect(scheduler.silent(seconds: 9, now: 0) == [])
        scheduler.postponed(until: 0)
        #expect(scheduler.advance(now: 0) == [])
    }

    @Test func waitStatus() {
        #expect(WorkerOutcome(waitStatus: 65 << 8) == .exited(65))
        #expect(WorkerOutcome(waitStatus: 9) == .killed(9))
        #expect(WorkerOutcome(waitStatus: 11 | 0x80) == .killed(11), "with a core file")
    }
}
