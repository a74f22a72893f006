// A job that is killed with SIGKILL at random moments of its start and its training until it comes to its end all the
// same; again from the beginning, in a new root, until there were enough kills. What every run must equal is one that
// nobody interrupted.

import Checkpoints
import Foundation
import SeededRandom
import Testing

struct KillCampaign {
    let reference: Workplace
    let job: SmallJob
    private(set) var kills = 0
    private(set) var runs = 0
    private var random: SeededRandom
    /// The longest an attempt is left alone, in seconds.
    private let longest: Double

    /// Trains the reference, to its end.
    init(_ reference: Workplace, _ job: SmallJob, seed: UInt64) async throws {
        (self.reference, self.job, random) = (reference, job, SeededRandom(seed: seed))
        let whole = try await Self.seconds { try await reference.trained(job, within: 3600) }
        try #require(reference.status()?.state == .done, "\(reference.text(reference.run().log))")
        let start = try await Self.seconds { try await reference.trained(job, within: 600) }
        let steps = try #require(reference.store().steps().last)
        // Long enough for two checkpoints, so that every run ends some day.
        let training = max(0, whole - start)
        longest = start + max(0.1 * training, 8 * training / Double(steps))
        print(
            String(
                format:
                    "kill campaign: seed %llu, %d steps; whole run %.2f s, a start %.2f s, kills within %.2f s",
                seed, steps, whole, start, longest))
    }

    /// One run with its kills, the last one but for its end.
    /// - Returns: where the finished run lies.
    mutating func nextRun() async throws -> Workplace {
        let place = try Workplace(sharing: reference)
        var moments: [Double] = []
        /// Kills in a row that came before a new checkpoint; on a busy machine starts take longer than they did.
        var vain = 0
        var newest = -1
        while true {
            // Threads may change between attempts, and nothing may come of it.
            let threads = 1 + Int.random(in: 0..<3, using: &random)
            let delay = Double.random(in: 0..<longest, using: &random) * (1 + 0.2 * Double(vain))
            let program = try place.train(job.with("threads", "\(threads)"))
            let deadline = ContinuousClock.now + .seconds(delay)
            while program.isRunning, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(1))
            }
            program.signal(SIGKILL)
            guard try await program.end() == .killed(SIGKILL) else {
                try #require(program.end == .exited(0), "\(program.output)\(program.errorOutput)")
                break
            }
            moments.append(delay)
            let step = place.run().newestCheckpointStep
            (vain, newest) = (step > newest ? 0 : vain + 1, step)
            try expectNoHarm(place.run())
        }
        kills += moments.count
        runs += 1
        let list = moments.map { String(format: "%.3f", $0) }.joined(separator: " ")
        print("run \(runs): killed \(moments.count) times, after seconds \(list)")
        return place
    }

    private static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let begun = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - begun) / .seconds(1)
    }
}
