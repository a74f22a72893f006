// The daemon is killed right before each call by which it takes a job or changes its state. Afterwards the job's file lies
// in one folder, and the next daemon brings the job to its end.
//
// Every 15th call here, other ones each time; all of them with ALEXNETD_KILL_STRIDE=1 or ALEXNETD_LONG=1.

import Files
import Foundation
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible, "needs a C compiler"))
    struct KillAtCallTests {
        enum Fate: String, CaseIterable {
            case done, failed, refused, cancelled, deleted

            var place: JobFolder.Place {
                switch self {
                case .done: .done
                case .failed, .refused: .failed
                case .cancelled, .deleted: .cancelled
                }
            }

            /// What the run's status says in the end; nil for a job that has no run.
            var state: RunStatus.State? {
                switch self {
                case .done: .done
                case .failed: .failed
                case .refused: nil
                case .cancelled, .deleted: .cancelled
                }
            }
        }

        let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        @Test(arguments: Fate.allCases) func noJobIsLostOrDoubled(_ fate: Fate) async throws {
            let images = try Workplace()
            let environment = ProcessInfo.processInfo.environment
            let stride =
                environment["ALEXNETD_KILL_STRIDE"].flatMap(Int.init) ?? (FaultLibrary.isLong ? 1 : 15)
            let calls = try await callsUntilTheEnd(fate, images)
            try #require(calls > 10)
            var kills = 0
            for call in Swift.stride(from: Int.random(in: 1...stride), through: calls, by: stride) {
                let place = try Workplace(sharing: images)
                try drop(fate, place)
                let killed = try daemon(place, at: call)
                try await see(fate, killed, place)
                if killed.end == .killed(SIGKILL) { kills += 1 }
                // A file that its owner deleted while no daemon looked stays deleted.
                if fate == .deleted, places(place).isEmpty { continue }
                expectOneFile(place, "\(fate), after the kill at call \(call)")
                let next = try place.serve()
                try await see(fate, next, place, isNext: true)
                expectOneFile(place, "\(fate), killed at call \(call), in the end")
                #expect(place.exists(JobFolder(place.root).path("net.yml", in: fate.place)))
            }
            print("\(fate): \(calls) calls, killed at \(kills)")
        }

        private func callsUntilTheEnd(_ fate: Fate, _ images: Workplace) async throws -> Int {
            let place = try Workplace(sharing: images)
            try drop(fate, place)
            let program = try daemon(place, at: 0)
            try await see(fate, program, place)
            let text = place.text(folder.path.appending("count"))
            return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        }

        private func daemon(_ place: Workplace, at call: Int) throws -> Program {
            let faults = Faults(
                rules: [Faults.Rule(effect: .kill, first: call)], count: folder.path.appending("count"))
            return try Program(
                ["serve", "--root", place.root.path.string], environment: faults.environment())
        }

        /// As a file that was there before the daemon.
        private func drop(_ fate: Fate, _ place: Workplace) throws {
            var job = place.job.with("epochs", fate.state == .cancelled ? "100000" : "1").with(
                "batch_size", "36")
            if fate == .refused { job["epochs"] = "many" }
            if fate == .failed { job["dataset"] = "/nowhere" }
            try JobFolder(place.root).createTree()
            try place.drop(job.text, "net.yml")
        }

        /// Until the job has come to its end and the daemon is stopped, or the daemon is killed.
        private func see(_ fate: Fate, _ program: Program, _ place: Workplace, isNext: Bool = false)
            async throws
        {
            let folder = JobFolder(place.root)
            let running = folder.path("net.yml", in: .running)
            var isAsked = false
            try eventually("\(fate): the job or the daemon ends: \(program.errorOutput)") {
                if fate.state == .cancelled, !isAsked, place.status()?.state == .training,
                    place.exists(running)
                {
                    isAsked = true
                    if fate == .deleted {
                        unlink(running.string)
                    } else {
                        rename(running.string, folder.path("net.yml", in: .cancelled).string)
                    }
                }
                // What a killed daemon did not get to say of a run, the next cannot know; the folder says it.
                let isSaid = isNext || fate.state == nil || place.status()?.state == fate.state
                return !program.isRunning || (isSaid && folder.identity("net.yml", in: fate.place) != nil)
            }
            program.signal(SIGTERM)
            try await program.end()
        }

        private func places(_ place: Workplace) -> [JobFolder.Place] {
            let folder = JobFolder(place.root)
            return JobFolder.Place.allCases.filter { folder.identity("net.yml", in: $0) != nil }
        }

        private func expectOneFile(_ place: Workplace, _ when: String) {
            #expect(places(place).count == 1, "\(when): \(places(place))")
        }
    }
}
