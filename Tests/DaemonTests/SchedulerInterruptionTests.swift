// What ends a worker before its job is done, each edge as the actions that the scheduler asks for.

import Daemon
import Jobs
import Testing

extension SchedulerTests {
    // MARK: Preemption

    @Test func aHigherPriorityPreemptsAndTheJobGoesOnAfterIt() {
        var scheduler = Self.working(step: 3)
        scheduler.enqueue(Self.job("urgent", priority: 1))
        let reason = Scheduler.Interruption.preempted(by: urgent)
        #expect(scheduler.advance(now: 10) == [.terminate(a, reason)])
        #expect(scheduler.isInterrupted(a))
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
        #expect(reason.contains("nothing for 600 s and was ended (killed)"))
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
        #expect(scheduler.working.isEmpty && scheduler.held == [a])
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

    /// Paused, taken back and cancelled while its worker still writes its checkpoint.
    @Test func aJobThatComesAndGoesMeanwhileLeavesNoGhost() {
        var scheduler = Self.working()
        _ = scheduler.departed(a, .paused, now: 1)
        scheduler.resume(Self.job("a"), Self.record(1))
        _ = scheduler.departed(a, .cancelled, now: 2)
        scheduler.enqueue(Self.job("b"))
        #expect(
            scheduler.exited(.exited(75), step: 3, now: 3)
                == [.release(a, Self.record(1, step: 3), .cancelled), .claim(Self.name("b"))])
        #expect(scheduler.held.isEmpty)
    }

    @Test func aJobThatComesBackMeanwhileGoesOn() {
        var scheduler = Self.working()
        _ = scheduler.departed(a, .paused, now: 1)
        scheduler.resume(Self.job("a"), Self.record(1))
        #expect(scheduler.exited(.exited(75), step: 3, now: 3).last == .spawn(a, Self.record(2)))
    }
}
