// The scheduler's edges, each as the actions it asks for.

import Daemon
import Jobs
import Testing

@Suite struct SchedulerTests {
    static func name(_ stem: String) -> JobName {
        // Valid by construction.
        try! JobName(fileName: "\(stem).yml")
    }

    static func job(_ stem: String, priority: Int = 0, arrival: Int = 0) -> Scheduler.Job {
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
        #expect(scheduler.current == a)
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
        #expect(scheduler.current == nil)
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
        #expect(scheduler.current == nil && scheduler.held == [a])
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

    // MARK: Preemption

    let urgent = Self.name("urgent")

    @Test func aHigherPriorityPreemptsAndTheJobGoesOnAfterIt() {
        var scheduler = Self.working(step: 3)
        scheduler.enqueue(Self.job("urgent", priority: 1))
        let reason = Scheduler.Interruption.preempted(by: urgent)
        #expect(scheduler.advance(now: 10) == [.terminate(a, reason)])
        #expect(scheduler.isInterrupted)
        #expect(scheduler.advance(now: 11) == [], "asked once")
        #expect(
            scheduler.exited(.exited(75), step: 9, now: 12)
                == [.leave(a, Self.record(1, step: 9), reason), .claim(urgent)])
        #expect(scheduler.claimed(attempts: 0, step: -1) == [.spawn(urgent, Self.record(1))])
        #expect(scheduler.held == [a, urgent])
        #expect(
            scheduler.exited(.exited(0), step: 5, now: 20)
                == [.done(urgent), .spawn(a, Self.record(2, step: 9))])
    }

    @Test func anEqualPriorityWaits() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("urgent", priority: 0))
        #expect(scheduler.advance(now: 10) == [])
    }

    @Test func whatPreemptsMayBeGoneByThen() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("urgent", priority: 1))
        _ = scheduler.advance(now: 10)
        scheduler.withdraw(urgent)
        #expect(
            scheduler.exited(.exited(75), step: 2, now: 11).last == .spawn(a, Self.record(2, step: 2)))
        scheduler.enqueue(Self.job("urgent", priority: 1))
        _ = scheduler.advance(now: 12)
        #expect(scheduler.exited(.exited(75), step: 3, now: 13).last == .claim(urgent))
        #expect(scheduler.claimFailed(now: 14) == [.spawn(a, Self.record(3, step: 3))])
    }

    @Test func aPreemptedJobMayBeDoneAllTheSame() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("urgent", priority: 1))
        _ = scheduler.advance(now: 10)
        #expect(scheduler.exited(.exited(0), step: 2, now: 11) == [.done(a), .claim(urgent)])
    }

    @Test func aJobDoesNotPreemptItself() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("a", priority: 5))
        #expect(scheduler.advance(now: 1) == [])
        #expect(scheduler.exited(.exited(0), step: 2, now: 2) == [.done(a), .claim(a)])
    }

    @Test func aPriorityMayChangeWhileItRuns() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("b"))
        scheduler.reprioritize(a, -1)
        #expect(scheduler.advance(now: 1) == [.terminate(a, .preempted(by: Self.name("b")))])
        #expect(scheduler.exited(.exited(75), step: 2, now: 2).last == .claim(Self.name("b")))
        _ = scheduler.claimed(attempts: 0, step: -1)
        scheduler.reprioritize(a, 1)
        #expect(scheduler.advance(now: 3) == [.terminate(Self.name("b"), .preempted(by: a))])
    }

    @Test func aJobBetweenAttemptsPreemptsOnceItsPauseIsOver() {
        var scheduler = Self.working()
        _ = scheduler.exited(.killed(9), step: -1, now: 0)
        scheduler.enqueue(Self.job("urgent", priority: 1))
        _ = scheduler.advance(now: 0.5)
        _ = scheduler.claimed(attempts: 0, step: -1)
        scheduler.reprioritize(a, 2)
        #expect(scheduler.advance(now: 0.9) == [])
        #expect(scheduler.deadline == 1)
        #expect(scheduler.advance(now: 1) == [.terminate(urgent, .preempted(by: a))])
    }

    // MARK: Patience

    @Test func aWorkerThatDoesNotStopIsKilledOnce() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("urgent", priority: 1))
        _ = scheduler.advance(now: 10)
        #expect(scheduler.deadline == 160)
        #expect(scheduler.advance(now: 159) == [])
        #expect(scheduler.advance(now: 160) == [.kill(a)])
        #expect(scheduler.deadline == nil)
        #expect(scheduler.advance(now: 999) == [])
        #expect(
            scheduler.exited(.killed(9), step: -1, now: 999).first
                == .leave(a, Self.record(1), .preempted(by: urgent)), "no failure of its own")
    }

    @Test func silenceIsAFailure() {
        var scheduler = Self.working()
        #expect(scheduler.silent(seconds: 600, now: 700) == [.terminate(a, .silent(600))])
        #expect(scheduler.silent(seconds: 602, now: 702) == [])
        #expect(scheduler.advance(now: 850) == [.kill(a)])
        guard
            case .wait(a, Self.record(1, withoutProgress: 1), until: 852, let reason)? =
                scheduler.exited(.killed(9), step: -1, now: 851).first
        else { return #expect(Bool(false), "it is tried again") }
        #expect(reason.contains("nothing for 600 s") && reason.contains("signal 9"))
    }

    // MARK: A person moves files

    @Test(arguments: [
        Scheduler.Departure.cancelled, .paused, .requeued, .removed, .setAside,
    ])
    func aDepartedJobIsReleasedWhenItsWorkerHasEnded(_ departure: Scheduler.Departure) {
        var scheduler = Self.working()
        #expect(scheduler.departed(a, departure, now: 5) == [.terminate(a, .departed(departure))])
        #expect(scheduler.advance(now: 6) == [])
        #expect(
            scheduler.exited(.exited(75), step: 4, now: 7) == [
                .release(a, Self.record(1, step: 4), departure)
            ]
        )
        #expect(scheduler.held.isEmpty)
    }

    @Test(arguments: [WorkerOutcome.exited(0), .exited(65), .killed(9)])
    func whateverBecameOfItsWorker(_ outcome: WorkerOutcome) {
        var scheduler = Self.working()
        _ = scheduler.departed(a, .cancelled, now: 5)
        #expect(scheduler.exited(outcome, step: -1, now: 7) == [.release(a, Self.record(1), .cancelled)])
    }

    @Test func aDepartureOutweighsOtherReasons() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("urgent", priority: 1))
        _ = scheduler.advance(now: 5)
        #expect(scheduler.departed(a, .cancelled, now: 6) == [])
        #expect(scheduler.departed(a, .paused, now: 7) == [], "the last word counts")
        #expect(
            scheduler.exited(.exited(75), step: 4, now: 7)
                == [.release(a, Self.record(1, step: 4), .paused), .claim(urgent)])
    }

    @Test func aJobWithoutAWorkerIsReleasedAtOnce() {
        var scheduler = Self.working()
        _ = scheduler.exited(.killed(9), step: -1, now: 0)
        #expect(
            scheduler.departed(a, .cancelled, now: 0.5)
                == [.release(a, Self.record(1, withoutProgress: 1), .cancelled)])
        #expect(scheduler.departed(a, .cancelled, now: 0.6) == [])
        #expect(scheduler.advance(now: 99) == [])
    }

    @Test func aRequeuedJobWaitsItsTurnAgain() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("b", arrival: 1))
        _ = scheduler.departed(a, .requeued, now: 5)
        scheduler.enqueue(Self.job("a", arrival: 2))
        #expect(scheduler.exited(.exited(75), step: 4, now: 7).last == .claim(Self.name("b")))
        _ = scheduler.claimed(attempts: 0, step: -1)
        #expect(scheduler.exited(.exited(0), step: 4, now: 8).last == .claim(a))
    }

    @Test func aFileThatCannotBeFoundIsWaitedFor() {
        var scheduler = Self.working()
        scheduler.postponed(until: 2)
        #expect(scheduler.current == nil && scheduler.held == [a])
        #expect(scheduler.advance(now: 1) == [])
        #expect(scheduler.advance(now: 2) == [.spawn(a, Self.record(1))], "no attempt was made")
    }

    // MARK: The queue is held

    @Test func aPausedQueueStopsWhatRunsAndGoesOnLater() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("b"))
        scheduler.hold = .paused
        #expect(scheduler.advance(now: 1) == [.terminate(a, .queuePaused)])
        #expect(
            scheduler.exited(.exited(75), step: 4, now: 2)
                == [.leave(a, Self.record(1, step: 4), .queuePaused)])
        #expect(scheduler.advance(now: 3) == [])
        #expect(scheduler.deadline == nil)
        scheduler.hold = nil
        #expect(scheduler.advance(now: 4) == [.spawn(a, Self.record(2, step: 4))])
    }

    @Test func aDrainingQueueFinishesWhatHasBegun() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("urgent", priority: 9))
        scheduler.hold = .draining
        #expect(scheduler.advance(now: 1) == [], "nothing new preempts either")
        _ = scheduler.exited(.killed(9), step: -1, now: 2)
        #expect(scheduler.advance(now: 3) == [.spawn(a, Self.record(2, withoutProgress: 1))])
        #expect(scheduler.exited(.exited(0), step: 5, now: 4) == [.done(a)])
        scheduler.hold = nil
        #expect(scheduler.advance(now: 5) == [.claim(urgent)])
    }

    // MARK: Stopping

    @Test func aStopIsPassedOnAndWaitedFor() {
        var scheduler = Self.working(step: 3)
        scheduler.enqueue(Self.job("b"))
        scheduler.stop()
        #expect(scheduler.advance(now: 90) == [.terminate(a, .daemonStops)])
        #expect(scheduler.advance(now: 99) == [], "nothing new begins")
        #expect(
            scheduler.exited(.exited(75), step: 9, now: 100)
                == [.leave(a, Self.record(1, step: 9), .daemonStops), .exit])
    }

    @Test(arguments: [WorkerOutcome.killed(15), .killed(9), .exited(70)])
    func whatAStopEndsIsNoFailure(_ outcome: WorkerOutcome) {
        var scheduler = Self.working()
        scheduler.stop()
        _ = scheduler.advance(now: 0)
        #expect(
            scheduler.exited(outcome, step: -1, now: 0) == [.leave(a, Self.record(1), .daemonStops), .exit])
    }

    @Test func aJobThatEndsWhileStoppingHasEnded() {
        for (outcome, action) in [
            (WorkerOutcome.exited(0), Scheduler.Action.done(a)),
            (.exited(65), .fail(a, reason: WorkerOutcome.exited(65).text)),
        ] {
            var scheduler = Self.working()
            scheduler.stop()
            _ = scheduler.advance(now: 0)
            #expect(scheduler.exited(outcome, step: 9, now: 0) == [action, .exit])
        }
    }

    @Test func aStopBetweenAttemptsEndsAtOnce() {
        var scheduler = Self.working()
        _ = scheduler.exited(.killed(9), step: -1, now: 0)
        scheduler.stop()
        #expect(scheduler.deadline == nil)
        #expect(scheduler.advance(now: 0) == [.exit])
    }

    @Test func aStopWhileItGivesWay() {
        var scheduler = Self.working()
        scheduler.enqueue(Self.job("urgent", priority: 1))
        _ = scheduler.advance(now: 0)
        scheduler.stop()
        #expect(scheduler.advance(now: 1) == [])
        #expect(
            scheduler.exited(.exited(75), step: 2, now: 2)
                == [.leave(a, Self.record(1, step: 2), .daemonStops), .exit])
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
