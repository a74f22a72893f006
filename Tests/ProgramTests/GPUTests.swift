// Jobs on a GPU, as far as one that computes on the CPU can show it: the program, its engine, its kernels and its use of
// NVIDIA's libraries are the true ones.

import FakeCUDA
import Foundation
import Jobs
import TensorBoard
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FakeCUDA.isPossible, "no clang++")) struct GPUTests {
        private func place() throws -> Workplace {
            let place = try Workplace()
            place.environment = ["ALEXNETD_CUDA_LIBRARIES": try FakeCUDA.folder().string]
            return place
        }

        private func job(_ place: Workplace, precision: String = "bf16") -> SmallJob {
            place.job.with("device", "cuda").with("precision", precision).with("epochs", "2")
        }

        @Test func aKilledRunEndsLikeAnUninterruptedOne() async throws {
            let place = try place()
            var campaign = try await KillCampaign(place, job(place), seed: .random(in: 0..<1_000_000))
            while campaign.kills < 4 {
                let killed = try await campaign.nextRun()
                try expectSame(killed.run(), as: place.run())
            }
        }

        /// The same order, crops, colours and masks: one curve may be laid over the other.
        @Test func itsCurvesAreTheCPUs() async throws {
            let gpu = try place()
            try await gpu.trained(job(gpu, precision: "fp32"))
            let cpu = try Workplace(sharing: gpu)
            try await cpu.trained(job(gpu, precision: "fp32").with("device", "cpu"))
            let (ours, theirs) = (try RunCurves(gpu.run()), try RunCurves(cpu.run()))
            #expect(gpu.status()?.state == .done && cpu.status()?.state == .done)
            let scalars = ours.scalars
            #expect(!scalars.isEmpty)
            for (point, value) in theirs.scalars where point.tag.hasPrefix("loss/") {
                let gpus = try #require(scalars[point], "\(point)")
                #expect(abs(gpus - value) < 1e-3 * abs(value), "\(point)")
            }
        }

        @Test func aFailingDeviceIsToldApartAndTheJobGoesOn() async throws {
            let place = try place()
            place.environment["FAKE_CUDA_FAIL"] = "cuStreamSynchronize:60+:719"
            let broken = try await place.trained(job(place))
            #expect(broken.end == .exited(70), "\(broken.errorOutput)")
            #expect(
                (broken.output + broken.errorOutput).contains("CUDA_ERROR_LAUNCH_FAILED"), "\(broken.output)")
            place.environment["FAKE_CUDA_FAIL"] = nil
            let mended = try await place.trained(job(place))
            #expect(mended.end == .exited(0), "\(mended.errorOutput)")
        }

        @Test func aBatchThatDoesNotFitIsAnsweredWithOneThatDoes() async throws {
            let place = try place()
            place.environment["FAKE_CUDA_MEMORY"] = "\(64 << 20)"
            let program = try await place.trained(job(place).with("batch_size", "512"))
            #expect(program.end == .exited(65))
            #expect(
                program.output.contains(/a batch_size of [0-9]+ would fit/), "\(program.output)")
        }
    }
}
