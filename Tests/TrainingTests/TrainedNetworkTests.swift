// A run's network, evaluated: the numbers of its own curves, whichever checkpoint, split and views.

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

@Suite struct TrainedNetworkTests {
    private let place: TrainingFolder
    private var root: RootFolder { place.root }
    private var images: FilePath { place.images }

    init() throws {
        place = try TrainingFolder(classes: 3, trainPerClass: 4, validationPerClass: 5, sides: 256...300)
    }

    private struct Measured { var step, epoch: Int, loss, top1Error, top5Error: Double }

    /// Trains two epochs.
    /// - Returns: what its evaluations said.
    private func train(_ text: String = "") throws -> [Measured] {
        let job = try Job.of(
            "width: 0.03125\nbatch_size: 4\nthreads: 2\nepochs: 2\ncheckpoint: {every: 1 epoch, keep: all}\n"
                + text,
            dataset: images.string)
        let measured = Mutex<[Measured]>([])
        try Run(job, root: root, stop: StopFlag()) { event in
            guard case .evaluated(let epoch, let step, let loss, let top1, let top5, _) = event else {
                return
            }
            measured.withLock {
                $0.append(Measured(step: step, epoch: epoch, loss: loss, top1Error: top1, top5Error: top5))
            }
        }.run()
        return measured.withLock { $0 }
    }

    private var run: RunFolder { root.run("net") }

    private func evaluate(
        _ trained: TrainedNetwork, _ data: FilePath? = nil, _ split: Dataset.Split = .validation,
        views: Views = .center
    ) throws -> Evaluation {
        try trained.evaluate(
            Dataset.open(data ?? images), split, views: views, .cpu(threads: 2), cache: root.cache)
    }

    @Test(arguments: Views.allCases) func givesTheNumbersOfTheCurves(_ views: Views) throws {
        let measured = try train("validation: {views: \(views.rawValue)}")
        #expect(measured.map(\.epoch) == [1, 2])
        for point in measured {
            let trained = try TrainedNetwork(run, .step(point.step))
            #expect(trained.usualViews == views)
            let evaluation = try evaluate(trained, views: views)
            #expect(evaluation.total.samples == 15)
            // Other batches are summed up in another order.
            #expect(abs(evaluation.total.meanLoss - point.loss) < 1e-6)
            #expect(
                (evaluation.total.top1Error, evaluation.total.top5Error) == (point.top1Error, point.top5Error)
            )
            #expect(evaluation.rows.map(\.images) == [5, 5, 5])
            #expect(
                evaluation.rows.reduce(0) { $0 + $1.top1Errors }
                    == evaluation.confusions.reduce(0) { $0 + $1.count })
        }
        #expect(try TrainedNetwork(run, .newest).step == measured.last?.step)
        let best = try CheckpointStore(folder: run.checkpoints, keep: nil).bestStep()
        #expect(try TrainedNetwork(run, .best).step == best)
    }

    @Test func changesNothingOfTheRun() throws {
        _ = try train()
        func listing() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: run.path.string).sorted()
        }
        let before = try listing()
        _ = try evaluate(try TrainedNetwork(run, .best))
        #expect(try listing() == before)
    }

    /// A damaged one is an error for who asked for it, and stays for the run to judge.
    @Test func aDamagedCheckpointIsAnError() throws {
        let step = try #require(try train().last?.step)
        let name = "step-" + String(repeating: "0", count: 8 - "\(step)".count) + "\(step)"
        let file = run.checkpoints.appending("\(name)/model.safetensors").string
        let handle = try #require(FileHandle(forUpdatingAtPath: file))
        try handle.seek(toOffset: 5000)
        try handle.write(contentsOf: Data("torn".utf8))
        try handle.close()
        let error = #expect(throws: CheckpointsError.self) { try TrainedNetwork(run, .newest) }
        #expect(error?.code == .damaged)
        #expect(FileManager.default.fileExists(atPath: file))
    }

    @Test func whatIsNotThereIsSaid() throws {
        let early = #expect(throws: TrainingError.self) { try TrainedNetwork(run, .best) }
        #expect(early?.message.contains("no checkpoint yet") == true)
        let steps = try train().map(\.step)
        let other = #expect(throws: TrainingError.self) { try TrainedNetwork(run, .step(1)) }
        #expect(other?.message.contains("it has \(steps[0]), \(steps[1])") == true)
        let test = #expect(throws: TrainingError.self) {
            try evaluate(try TrainedNetwork(run, .best), nil, .test)
        }
        #expect(test?.message.contains("no test images") == true)
    }

    /// Another set, with fewer classes in other places.
    @Test func labelsGoByName() throws {
        _ = try train()
        let names = try Dataset.open(images).classes
        let other = place.path.appending("other")
        for split in ["train", "val"] {
            for name in names.dropFirst() {
                let target = other.appending("\(split)/\(name)")
                try FileManager.default.createDirectory(
                    atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: images.appending("\(split)/\(name)").string, toPath: target.string)
            }
        }
        let trained = try TrainedNetwork(run, .newest)
        let (all, some) = (try evaluate(trained), try evaluate(trained, other))
        #expect(some.rows[0].images == 0)
        #expect(Array(some.rows[1...]) == Array(all.rows[1...]))

        try FileManager.default.moveItem(
            atPath: other.appending("val/\(names[1])").string, toPath: other.appending("val/zebra").string)
        try FileManager.default.moveItem(
            atPath: other.appending("train/\(names[1])").string, toPath: other.appending("train/zebra").string
        )
        let error = #expect(throws: TrainingError.self) { try evaluate(trained, other) }
        #expect(error?.message.contains("does not know: zebra") == true)
    }

    @Test func aTestFolderIsASplit() throws {
        _ = try train()
        try FileManager.default.copyItem(
            atPath: images.appending("val").string, toPath: images.appending("test").string)
        let trained = try TrainedNetwork(run, .newest)
        #expect(try evaluate(trained, nil, .test) == evaluate(trained))
        #expect(try evaluate(trained, nil, .train).total.samples == 12)
    }

    /// What lies beside the weights says everything.
    @Test func weightsInTheirCheckpoint() throws {
        let step = try #require(try train().last?.step)
        let whole = try TrainedNetwork(run, .step(step))
        let beside = try #require(try TrainedNetwork(checkpointOf: whole.file))
        #expect(
            (beside.classes, beside.normalization, beside.step) == (whole.classes, whole.normalization, step))
        #expect(try evaluate(beside) == evaluate(whole))
        #expect(try TrainedNetwork(checkpointOf: images.appending("model.safetensors")) == nil)
    }
}
