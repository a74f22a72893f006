// kill -9 at random moments: the finished run is that of a run which was never interrupted, bit for bit.
//
// ALEXNETD_KILLS: how many kills at least (20). ALEXNETD_KILL_SEED: of their moments, printed. ALEXNETD_KILL_WIDTH: the
// network's width (0.03125); from 0.5 on a larger batch and set, as in `alexnetd demo`.

import Datasets
import Foundation
import Jobs
import SeededRandom
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct KillTests {
        private static let environment = ProcessInfo.processInfo.environment
        private static let kills = environment["ALEXNETD_KILLS"].flatMap(Int.init) ?? 20
        private static let seed =
            environment["ALEXNETD_KILL_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000)
        private static let width = environment["ALEXNETD_KILL_WIDTH"].flatMap(Double.init) ?? 0.03125

        private func reference() throws -> (Workplace, SmallJob) {
            guard Self.width >= 0.5 else {
                let place = try Workplace()
                return (place, place.job.with("width", "\(Self.width)").with("epochs", "8"))
            }
            let place = try Workplace(SyntheticImages(trainPerClass: 10, validationPerClass: 4))
            return (
                place, place.job.with("width", "\(Self.width)").with("epochs", "16").with("batch_size", "16")
            )
        }

        @Test func aKilledRunEndsLikeAnUninterruptedOne() async throws {
            let (place, job) = try reference()
            var campaign = try await KillCampaign(place, job, seed: Self.seed)
            while campaign.kills < Self.kills {
                let killed = try await campaign.nextRun()
                try expectSame(killed.run(), as: place.run())
                // TensorBoard's own readers, where $PYTHON is a Python that has it.
                guard TensorBoardCheck.isPossible else { continue }
                let check = try await TensorBoardCheck.run(killed.root.runs, sameAs: place.root.runs)
                #expect(check.end == .exited(0), "\(check.output)\(check.errorOutput)")
                print(check.output, terminator: "")
            }
            print("\(campaign.kills) kills in \(campaign.runs) runs, each of them as if there had been none")
        }

        /// The daemon's workers, and the daemon itself: both go on by themselves.
        @Test func aKilledDaemonAndItsWorkersFinishTheJob() async throws {
            let reference = try Workplace()
            let job = reference.job.with("epochs", "16")
            try await reference.trained(job)
            let place = try Workplace(sharing: reference)
            let run = place.run()
            var random = SeededRandom(seed: Self.seed)
            print("kills of daemon and workers: seed \(Self.seed)")

            var daemon = try place.serve()
            try eventually("the job folder is there") { place.exists(place.root.jobs) }
            try place.drop(job.text, "net.yml")
            var lastPid: Int32?
            var lastStep = -1
            for kill in 0..<6 {
                // Past a new checkpoint, so that attempts are not in vain and the back-off stays short.
                try eventually("attempt \(kill + 1) comes further: \(daemon.errorOutput)") {
                    run.newestCheckpointStep > lastStep && place.status()?.pid.map { $0 != lastPid } == true
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<60, using: &random)))
                let worker = try #require(place.status()?.pid, "the job is done before the last kill")
                if kill % 2 == 0 {
                    Foundation.kill(worker, SIGKILL)
                } else {
                    daemon.signal(SIGKILL)
                    #expect(try await daemon.end() == .killed(SIGKILL))
                    try eventually("the worker ends with its daemon", within: 10) {
                        !FileLock.isHeld(run.lock)
                    }
                    daemon = try place.serve()
                }
                (lastPid, lastStep) = (worker, run.newestCheckpointStep)
            }
            try eventually("the job is done: \(daemon.errorOutput)") {
                place.exists(place.root.done.appending("net.yml"))
            }
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0))
            #expect(place.status()?.state == .done)
            #expect((place.status()?.attempt ?? 0) >= 7)
            try expectSame(run, as: reference.run())
        }
    }
}
