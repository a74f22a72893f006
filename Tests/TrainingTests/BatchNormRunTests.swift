// Runs of alexnet-bn with dropout after the pools: what a training step leaves in the running statistics is part of the
// run, through checkpoints and in whatever is judged by it afterwards.

import Checkpoints
import Datasets
import Foundation
import InputPipeline
import Jobs
import Networks
import Synchronization
import SystemPackage
import Testing

@testable import Training

@Suite struct BatchNormRunTests {
    private let place: TrainingFolder
    private var root: RootFolder { place.root }
    private var images: FilePath { place.images }

    init() throws { place = try TrainingFolder(validationPerClass: 3) }

    /// Ten images are three steps of four, four and two.
    private let text =
        "model: alexnet-bn\npool_dropout: 0.25\nwidth: 0.03125\nbatch_size: 4\nschedule: constant\nepochs: 2\n"
        + "learning_rate: 0.001\nlog: {every: 2 steps}\ncheckpoint: {every: 1h, keep: all}\n"

    /// - Parameter last: the step after which it is asked to stop.
    /// - Returns: the validation losses.
    @discardableResult
    private func run(_ name: String, threads: Int = 2, stoppingAfter last: Int? = nil) throws -> [Double] {
        let job = try Job.of(text + "threads: \(threads)", dataset: images.string, name: name)
        let stop = StopFlag()
        let losses = Mutex<[Double]>([])
        let run = Run(job, root: root, stop: stop) { event in
            if case .step(let progress) = event, progress.step == last { stop.raise() }
            if case .evaluated(_, _, let loss, _, _, _) = event { losses.withLock { $0.append(loss) } }
        }
        do { try run.run() } catch  where Run.isStop(error) { #expect(last != nil) }
        return losses.withLock { $0 }
    }

    private func checkpoint(_ name: String, _ step: Int) throws -> Checkpoint {
        let store = CheckpointStore(folder: root.run(name).checkpoints, keep: nil)
        return try #require(try store.verified(step))
    }

    @Test func neitherAStopNorThreadsLeaveATrace() throws {
        let whole = try run("whole")
        for last in [1, 3, 4] {
            let name = "stopped\(last)"
            let losses = try run(name, stoppingAfter: last)
            #expect(try losses + run(name) == whole)
            #expect(try checkpoint(name, 6).manifest.files == checkpoint("whole", 6).manifest.files)
        }
        #expect(try run("alone", threads: 1) == whole)
        let models = try ["alone", "whole"].map {
            try checkpoint($0, 6).folder.appending(Checkpoint.modelFile).string
        }
        #expect(FileManager.default.contentsEqual(atPath: models[0], andPath: models[1]))
    }

    @Test func theStatisticsAreInTheCheckpointAndJudgeImages() throws {
        let losses = try run("net")
        let file = try checkpoint("net", 6).tensors(Checkpoint.modelFile)
        for (name, begun) in [("norm1.running_mean", Float(0)), ("norm2.running_var", 1)] {
            let count = try #require(file.shape(of: name)).reduce(1, *)
            var values = [Float](repeating: begun, count: count)
            try values.withUnsafeMutableBufferPointer { try file.read(name, into: $0) }
            #expect(values.allSatisfy { $0.isFinite && $0 != begun }, "\(name)")
        }
        // Other batches than the run's: the loss would be another if they had a say in it.
        let trained = try TrainedNetwork(root.run("net"), .newest)
        let evaluation = try trained.evaluate(
            Dataset.open(images), .validation, views: .center, .cpu(threads: 2), cache: root.cache)
        #expect(abs(evaluation.total.meanLoss - (losses.last ?? 0)) < 1e-6)
    }

    /// All its tensors but the normalisations' fit alexnet-single too.
    @Test func itsWeightsAreKnownForWhatTheyAre() throws {
        try run("net")
        let file = try checkpoint("net", 6).folder.appending(Checkpoint.modelFile)
        let elsewhere = place.path.appending("weights.safetensors")
        try FileManager.default.copyItem(atPath: file.string, toPath: elsewhere.string)
        let normalization = try TrainedNetwork(root.run("net"), .newest).normalization
        let trained = try TrainedNetwork(weights: elsewhere, nil, classes: ["a", "b"], normalization)
        #expect(trained.network.name == Model.alexnetBN.rawValue)
    }
}
