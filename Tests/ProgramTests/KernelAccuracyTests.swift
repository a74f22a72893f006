// Whatever kernels compute a training, it comes to the same: not bit for bit, since they round in other orders, but to the
// same accuracy. With ALEXNETD_LONG=1 only: some minutes.

import Datasets
import Foundation
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isLong, "long"))
    struct KernelAccuracyTests {
        /// Of the validation images, at the end. Chance is 87.5 %.
        private static let bound = 0.1

        @Test func allKernelsReachTheSameAccuracy() async throws {
            let place = try Workplace(SyntheticImages())
            let job = place.job.with("width", "0.25").with("epochs", "10").with("batch_size", "16")
                .with("learning_rate", "0.01").with("augment", "[random_crop, flip]")
                .with("schedule", "{cosine: {}, warmup: 1 epoch}").with(
                    "checkpoint", "{every: 1 epoch, keep: 1}"
                )
                .with("log", "{every: 40 steps, histograms: none, images: none}")
            for kernels in ["reference", "portable", "avx2", "avx512"] {
                let program = try place.train(job, kernels, environment: ["ALEXNETD_KERNELS": kernels])
                guard try await program.end(within: 900) == .exited(0) else {
                    // This machine may lack what the path needs, which is said.
                    #expect(program.output.contains("ALEXNETD_KERNELS"), "\(program.output)")
                    #expect(kernels.hasPrefix("avx"), "\(kernels)")
                    continue
                }
                let error = try #require(place.status(kernels)?.bestTop1Error)
                #expect(error <= Self.bound, "\(kernels)")
            }
            let program = try place.train(job.with("precision", "bf16"), "bf16")
            guard try await program.end(within: 900) == .exited(0) else {
                #expect(program.output.contains("AVX512_BF16"), "\(program.output)")
                return
            }
            #expect(try #require(place.status("bf16")?.bestTop1Error) <= Self.bound, "bf16")
        }
    }
}
