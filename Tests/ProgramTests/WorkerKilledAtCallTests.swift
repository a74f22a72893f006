// The worker is killed right before a call that changes a file: while it takes the run, writes events, publishes a
// checkpoint, removes an old one. The run goes on, may be killed again, and ends like one that was left alone.
//
// A dozen chosen calls and five others here, other ones each time; every call with ALEXNETD_LONG=1.

import Foundation
import SeededRandom
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible, "needs a C compiler"))
    struct WorkerKilledAtCallTests {
        /// One of each kind, once there is something to lose.
        private static let chosen = [
            Faults.Rule(calls: "open", path: "/.lock", effect: .kill),
            Faults.Rule(calls: "rename", path: "/plan.json", effect: .kill),
            Faults.Rule(calls: "open", path: "tfevents", effect: .kill),
            Faults.Rule(calls: "write", path: "tfevents", effect: .kill, first: 4),
            Faults.Rule(calls: "fsync", path: "tfevents", effect: .kill, first: 3),
            Faults.Rule(calls: "write", path: "/model.safetensors", effect: .kill, first: 30),
            Faults.Rule(calls: "fsync", path: "/.tmp-step-00000008/manifest.json", effect: .kill),
            Faults.Rule(calls: "rename", path: "/step-00000008", effect: .kill),
            Faults.Rule(calls: "mkdir", path: "/.tmp-step-00000016", effect: .kill),
            Faults.Rule(calls: "rename", path: "/.tmp-removing", effect: .kill),
            Faults.Rule(calls: "unlink", path: "/.tmp-removing", effect: .kill, first: 3),
            Faults.Rule(calls: "rmdir", path: "/.tmp-removing", effect: .kill),
        ]

        @Test func theRunEndsAsIfNothingHadBeen() async throws {
            let reference = try Workplace()
            let job = reference.job.with("epochs", "2").with("checkpoint", "{every: 4 steps, keep: 1}")
            let count = reference.folder.path.appending("count")
            try await reference.trained(
                job, with: Faults(rules: [Faults.Rule(effect: .kill, first: 0)], count: count))
            let text = reference.text(count).trimmingCharacters(in: .whitespacesAndNewlines)
            let calls = try #require(Int(text))
            try #require(calls > 200)
            let seed = UInt64.random(in: 0..<1_000_000)
            var random = SeededRandom(seed: seed)
            print("kills at calls: seed \(seed), \(calls) calls")

            let stride = FaultLibrary.isLong ? 1 : calls / 5
            let others = Swift.stride(
                from: .random(in: 1...stride, using: &random), through: calls, by: stride)
            let rules = Self.chosen + others.map { Faults.Rule(effect: .kill, first: $0) }
            var kills = 0
            for (index, rule) in rules.enumerated() {
                let place = try Workplace(sharing: reference)
                var attempts = [rule]
                if index % 4 == 3 {
                    attempts.append(Faults.Rule(effect: .kill, first: .random(in: 1...calls, using: &random)))
                }
                for (attempt, rule) in attempts.enumerated() {
                    let program = try await place.trained(job, with: Faults(rules: [rule]))
                    #expect(
                        attempt > 0 || index >= Self.chosen.count || program.end == .killed(SIGKILL),
                        "\(rule)")
                    if program.end == .killed(SIGKILL) { kills += 1 }
                    try #require(
                        [.killed(SIGKILL), .exited(0)].contains(program.end), "\(rule): \(program.output)")
                    try expectNoHarm(place.run(), "\(rule)")
                }
                let last = try await place.trained(job)
                #expect(last.end == .exited(0), "\(attempts): \(last.output)")
                try expectSame(place.run(), as: reference.run(), "\(attempts)")
            }
            print("\(kills) kills in \(rules.count) runs, each of them as if there had been none")
        }
    }
}
