// The trainer's view of its data: the next batch of training or validation, and how long it took to come.

internal import Compute
internal import Datasets
internal import Foundation
internal import InputPipeline
internal import Jobs
internal import Networks

final class Input {
    let stepsPerEpoch: Int
    let validationCount: Int
    /// Seconds the last batch was waited for.
    private(set) var lastWait = 0.0
    private let loader: Loader

    /// - Parameters:
    ///   - dataset: repaired.
    ///   - kept: training samples that the engine keeps.
    init(
        _ dataset: Dataset, _ statistics: Statistics, _ plan: Plan, _ network: Network, kept: KeptSquares?
    ) {
        loader = Loader(
            dataset, axes: statistics.axes,
            Loader.Configuration(
                batchSize: plan.batchSize, dropsLast: plan.lastBatch == .drop, crop: network.input.height,
                seed: plan.seed, shuffle: plan.shuffle, augmentation: plan.inputAugmentation,
                fit: plan.fit, threads: Self.decoders(of: plan.threads, plan.device), batches: Self.batches,
                cacheBytes: Self.cacheBytes), kept: kept)
        stepsPerEpoch = loader.batches(in: .train)
        validationCount = dataset.validation.count
    }

    /// Threads that decode: beside the CPU engine's, half of those there are; beside a GPU, which wants one to be told what to
    /// do, all others.
    static func decoders(of threads: Int, _ device: Plan.Device) -> Int {
        max(1, device == .cpu ? threads / 2 : threads - 1)
    }

    /// One is trained on, one is ready, one is being filled.
    private static let batches = 3

    /// An eighth of the memory, at most 8 GiB (43,000 images): a small data set is decoded once.
    private static var cacheBytes: Int { min(8 << 30, MachineMemory.limit / 8) }

    /// Bytes that decoded images will take.
    static func memoryNeeded(_ dataset: Dataset, _ plan: Plan) -> Int {
        // Of a resized crop there is no square to keep.
        let kept = dataset.validation.count + (plan.augmentation.resizedCrop == nil ? dataset.train.count : 0)
        return batches * plan.batchSize * Batch.bytesPerImage + min(cacheBytes, kept * Batch.bytesPerImage)
    }

    func train(epoch: Int, from batch: Int) { loader.begin(.train, epoch: epoch, from: batch) }

    func evaluate() { loader.begin(.validation, epoch: 0) }

    /// Hands the next batch to `body` and takes it back.
    func withNextBatch(_ body: (Batch) throws -> Void) throws {
        let before = loader.waitSeconds
        guard let batch = try loader.next() else {
            preconditionFailure("a pass has fewer batches than it said")
        }
        defer { loader.recycle(batch) }
        lastWait = loader.waitSeconds - before
        try body(batch)
    }

    func close() { loader.close() }
}
