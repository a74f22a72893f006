// Where there is one worker, the tests need not name its job.

import Daemon
import Jobs

extension Scheduler {
    private var only: JobName { working.first?.job ?? SchedulerTests.name("nobody") }

    mutating func exited(_ outcome: WorkerOutcome, step: Int, now: Double) -> [Action] {
        exited(only, outcome, step: step, now: now)
    }

    mutating func silent(seconds: Double, now: Double) -> [Action] {
        silent(only, seconds: seconds, now: now)
    }

    /// What comes after a claim that has failed.
    mutating func claimFailed(now: Double) -> [Action] {
        claimFailed()
        return advance(now: now)
    }

    mutating func postponed(until: Double) { postponed(only, until: until) }
}
