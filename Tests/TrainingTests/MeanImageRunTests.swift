// A run with a mean image: its checkpoints hold it, whoever reads them needs nothing else, and it goes on bit for bit.

import Checkpoints
import Datasets
import Foundation
import InputPipeline
import Jobs
import Synchronization
import SystemPackage
import Testing

@testable import Training

@Suite struct MeanImageRunTests {
    private let place: TrainingFolder
    private var root: RootFolder { place.root }
    private var images: FilePath { place.images }

    init() throws { place = try TrainingFolder() }

    private func checkpoints(_ name: String = "net") -> CheckpointStore {
        CheckpointStore(folder: root.run(name).checkpoints, keep: nil)
    }

    /// - Returns: what it warned of, and the validation loss after the last epoch.
    @discardableResult
    private func train(
        _ text: String = "normalize: mean_image", name: String = "net", stoppingAfter last: Int? = nil
    ) throws -> (warnings: [String], loss: Double) {
        let job = try Job.of(
            "width: 0.03125\nbatch_size: 4\nlearning_rate: 1e-5\nthreads: 2\nepochs: 2\ncheckpoint: {every: 1h, keep: all}\n"
                + text,
            dataset: images.string, name: name)
        let stop = StopFlag()
        let told = Mutex((warnings: [String](), loss: Double.nan))
        do {
            try Run(job, root: root, stop: stop) { event in
                switch event {
                case .step(let progress) where progress.step == last: stop.raise()
                case .warning(let text): told.withLock { $0.warnings.append(text) }
                case .evaluated(_, _, let loss, _, _, _): told.withLock { $0.loss = loss }
                default: break
                }
            }.run()
        } catch  where Run.isStop(error) { #expect(last != nil) }
        return told.withLock { $0 }
    }

    private var statistics: Statistics {
        get throws {
            try Statistics.load(of: Dataset.open(images), withImage: true, cache: root.cache, threads: 1)
        }
    }

    @Test(arguments: [
        "normalize: mean_image", "normalize: mean_image\nlast_batch: drop",
        "recipe: krizhevsky-2012",
    ])
    func goesOnBitForBit(_ text: String) throws {
        let steps = text.contains("drop") ? 4 : 6
        try train(text, stoppingAfter: 2)
        #expect(try checkpoints().steps().last == 2)
        try train(text)
        try train(text, name: "whole")
        let (ours, theirs) = (try checkpoints().verified(steps), try checkpoints("whole").verified(steps))
        #expect(ours?.manifest.files.contains { $0.name == Checkpoint.meanFile } == true)
        #expect(ours?.manifest.files == theirs?.manifest.files)
    }

    @Test func aCheckpointHoldsTheImage() throws {
        let measured = try train()
        let image = try #require(try statistics.meanImage)
        let checkpoint = try #require(try checkpoints().verified(6))
        let tensor = try checkpoint.tensors(Checkpoint.meanFile)
        #expect(tensor.shape(of: "mean") == [3, 256, 256])
        let state = String(decoding: try checkpoint.data(Checkpoint.stateFile), as: UTF8.self)
        #expect(state.contains("\"mean_image\" : \"mean.safetensors\""))

        try FileManager.default.removeItem(atPath: root.cache.string)
        let trained = try TrainedNetwork(root.run("net"), .newest)
        #expect(trained.normalization.meanImage == image)
        #expect(try TrainedNetwork(checkpointOf: trained.file)?.normalization == trained.normalization)
        let evaluation = try trained.evaluate(
            Dataset.open(images), .validation, views: .center, .cpu(threads: 2), cache: root.cache)
        #expect(abs(evaluation.total.meanLoss - measured.loss) < 1e-6)
    }

    @Test func aCheckpointWithoutItsImageIsSaid() throws {
        try train()
        let trained = try TrainedNetwork(root.run("net"), .newest)
        let mean = trained.file.removingLastComponent().appending(Checkpoint.meanFile)
        try FileManager.default.removeItem(atPath: mean.string)
        #expect(throws: CheckpointsError.self) { try TrainedNetwork(root.run("net"), .newest) }
        let error = #expect(throws: CheckpointsError.self) { try TrainedNetwork(checkpointOf: trained.file) }
        #expect(error?.message.contains("mean.safetensors") == true)
        try FileManager.default.copyItem(atPath: trained.file.string, toPath: mean.string)
        let other = #expect(throws: TrainingError.self) { try TrainedNetwork(checkpointOf: trained.file) }
        #expect(other?.message.contains("holds no mean image") == true)
    }

    @Test func anotherImageIsWarnedOf() throws {
        try train(stoppingAfter: 2)
        let names = try FileManager.default.contentsOfDirectory(atPath: root.cache.string)
        let file = URL(filePath: root.cache.appending(try #require(names.first)).string)
        var json = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let count = try #require(try statistics.meanImage?.count)
        json["mean_image"] = Data(count: 4 * count).base64EncodedString()
        try JSONSerialization.data(withJSONObject: json).write(to: file)
        #expect(try train().warnings.contains { $0.contains("not bit-exact from step 2 on") })
    }
}
