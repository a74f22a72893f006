// A disk that stays full: the job waits and says so where people look, ends at once when it is told to, and loses nothing.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible, "needs a C compiler"))
    struct NoSpaceForGoodTests {
        @Test(arguments: [true, false]) func theJobWaits(isStopped: Bool) async throws {
            let reference = try Workplace()
            let job = reference.job.with("epochs", "2").with("checkpoint", "{every: 4 steps, keep: 1}")
            try await reference.trained(job)
            let place = try Workplace(sharing: reference)
            let gate = place.folder.path.appending("full")
            try "".write(toFile: gate.string, atomically: false, encoding: .utf8)
            // No new file, no longer one; what is there may be written over.
            let rules = [
                Faults.Rule(
                    calls: "open,write,mkdir", path: "/.", effect: .error("ENOSPC"), first: 60, times: nil,
                    gate: gate),
                Faults.Rule(
                    calls: "write", path: "tfevents", effect: .error("ENOSPC"), first: 4, times: nil,
                    gate: gate),
            ]
            let program = try place.train(job, with: Faults(rules: rules))
            try eventually("it waits: \(program.output)") {
                place.status()?.message?.contains("No space left") == true
            }
            #expect(program.isRunning)
            if isStopped {
                program.signal(SIGTERM)
                #expect(try await program.end(within: 20) == .exited(75), "\(program.output)")
                try expectNoHarm(place.run())
                #expect(try await place.trained(job).end == .exited(0))
            } else {
                unlink(gate.string)
                #expect(try await program.end() == .exited(0), "\(program.output)")
                #expect(place.status()?.message == nil)
            }
            try expectSame(place.run(), as: reference.run())
        }
    }
}
