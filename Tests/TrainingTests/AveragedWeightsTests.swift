// A run that averages its weights: it trains as one that does not, and everything that uses a network uses the averages.

import Checkpoints
import Compute
import Datasets
import Foundation
import InputPipeline
import Jobs
import Synchronization
import SystemPackage
import Testing

@testable import Training

@Suite struct AveragedWeightsTests {
    private let place: TrainingFolder
    private var root: RootFolder { place.root }
    private var images: FilePath { place.images }

    init() throws { place = try TrainingFolder(classes: 3, trainPerClass: 4, validationPerClass: 3) }

    private struct Losses: Sendable { var training: [Double] = [], validation: [Double] = [] }

    /// Trains two epochs of three steps, with a checkpoint of each.
    private func train(_ name: String, _ text: String = "") throws -> Losses {
        let job = try Job.of(
            "width: 0.03125\nbatch_size: 4\nthreads: 2\nepochs: 2\nevaluate_at_start: true\nlearning_rate: 0.05\n"
                + "schedule: constant\ncheckpoint: {every: 1 steps, keep: all, best: loss}\n" + text,
            dataset: images.string, name: name)
        let losses = Mutex(Losses())
        try Run(job, root: root, stop: StopFlag()) { event in
            losses.withLock {
                switch event {
                case .step(let progress): $0.training.append(progress.loss)
                case .evaluated(_, _, let loss, _, _, _): $0.validation.append(loss)
                default: break
                }
            }
        }.run()
        return losses.withLock { $0 }
    }

    /// All values of a checkpoint's tensors with this prefix, in the order of their names.
    private func values(_ name: String, _ step: Int, _ file: String, prefix: String = "") throws -> [Float] {
        let store = CheckpointStore(folder: root.run(name).checkpoints, keep: nil)
        let tensors = try #require(try store.verified(step)).tensors(file)
        return try tensors.names.filter { $0.hasPrefix(prefix) }.sorted().flatMap { name in
            var values = [Float](repeating: 0, count: try #require(tensors.shape(of: name)).reduce(1, *))
            try values.withUnsafeMutableBufferPointer { try tensors.read(name, into: $0) }
            return values
        }
    }

    @Test func trainingGoesOnWithTheWeightsAndTheAveragesFollow() throws {
        let plain = try train("plain")
        let averaged = try train("averaged", "average_weights: 0.75")
        #expect(averaged.training == plain.training)
        #expect(averaged.validation[0] == plain.validation[0], "they begin as the initial weights")
        #expect(averaged.validation[1...] != plain.validation[1...])

        var averages = try values("averaged", 0, Checkpoint.modelFile)
        for step in 0...6 {
            let weights = try values("averaged", step, Checkpoint.optimizerFile, prefix: "parameters.")
            #expect(try weights == values("plain", step, Checkpoint.modelFile), "step \(step)")
            if step > 0 {
                for index in averages.indices {
                    averages[index] += 0.25 * (weights[index] - averages[index])
                }
            }
            #expect(try values("averaged", step, Checkpoint.modelFile) == averages, "step \(step)")
        }
        #expect(
            try values("plain", 6, Checkpoint.optimizerFile)
                == values("plain", 6, Checkpoint.optimizerFile, prefix: "firstMoment."))
    }

    @Test func evaluateAndClassifyUseTheAverages() throws {
        let plain = try train("plain").validation
        let averaged = try train("averaged", "average_weights: 0.75").validation
        let best = try #require(averaged.min())
        let dataset = try Dataset.open(images)
        func loss(_ name: String, _ choice: TrainedNetwork.Choice) throws -> Double {
            try TrainedNetwork(root.run(name), choice).evaluate(
                dataset, .validation, views: .center, .cpu(threads: 2), cache: root.cache
            ).total.meanLoss
        }
        // Other batches are summed up in another order.
        #expect(abs(try loss("averaged", .newest) - averaged[2]) < 1e-6)
        #expect(abs(try loss("averaged", .best) - best) < 1e-6)
        #expect(abs(try loss("plain", .newest) - plain[2]) < 1e-6)

        func probabilities(_ name: String) throws -> Probabilities {
            let classifier = try TrainedNetwork.Classifier(
                try TrainedNetwork(root.run(name), .newest), views: .center, capacity: 1, .cpu(threads: 2))
            for byte in 0..<Batch.bytesPerImage { classifier.square(0)[byte] = UInt8(byte % 251) }
            return try classifier.classify(1)
        }
        let own = try probabilities("averaged")
        #expect(try own != probabilities("plain"))
        // A job may begin with them: what it measures first is what they give.
        let weights = try TrainedNetwork(root.run("averaged"), .newest).file
        let next = try train("next", "init: \(weights)")
        #expect(abs(next.validation[0] - averaged[2]) < 1e-6)
    }

    @Test func whoDoesNotAverageCannotGoOnWithARunThatDoes() throws {
        _ = try train("net", "average_weights: 0.75")
        let error = #expect(throws: JobError.self) { try train("net") }
        #expect(error?.code == .changed)
        #expect(error?.message.contains("average_weights: 0.75 before, none now") == true)
    }
}
