// A wall clock that steps back an hour between attempts, or stands still through several: the event files' names are in
// the order of their attempts all the same, so every reader has the points in order.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible, "needs a C compiler"))
    struct ClockTests {
        @Test func namesAreInTheOrderOfAttempts() async throws {
            let reference = try Workplace()
            let job = reference.job.with("checkpoint", "{every: 1 epoch, keep: 1}")
            try await reference.trained(job)
            let standing = Faults.Clock.standing(1_900_000_000)
            for clocks in [
                [.shifted(0), .shifted(-3600), .shifted(-7200)], [standing, standing, standing],
            ] {
                let place = try Workplace(sharing: reference)
                for (clock, kill) in zip(clocks, ["step-00000018", "step-00000027", nil]) {
                    let rules = kill.map {
                        [Faults.Rule(calls: "mkdir", path: ".tmp-\($0)", effect: .kill)]
                    }
                    let program = try await place.trained(job, with: Faults(rules: rules ?? [], clock: clock))
                    #expect(
                        program.end == (kill == nil ? .exited(0) : .killed(SIGKILL)), "\(program.output)")
                    #expect(try RunCurves(place.run()).late == [])
                }
                let files = try RunCurves(place.run()).files
                // All points were there before the third attempt, but not that the run has succeeded.
                #expect(files.count == 3, "\(clocks): \(files)")
                try expectSame(place.run(), as: reference.run(), "\(clocks)")
            }
        }
    }
}
