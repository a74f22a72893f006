// Runs that begin with the weights of others, and learn in part.

import Checkpoints
import Datasets
import Foundation
import Jobs
import Networks
import Synchronization
import SystemPackage
import TemporaryFolders
import Testing

@testable import Training

@Suite struct FineTuningTests {
    private let folder: TemporaryFolder
    private let root: RootFolder

    init() throws {
        folder = try TemporaryFolder()
        root = RootFolder(folder.path.appending("root"))
    }

    private func images(classes: Int) throws -> FilePath {
        let path = folder.path.appending("images-\(classes)")
        if !FileManager.default.fileExists(atPath: path.string) {
            try SyntheticImages(classes: classes, trainPerClass: 4, validationPerClass: 1, sides: 256...256)
                .write(to: path)
        }
        return path
    }

    /// - Parameter step: the one after which it is asked to stop.
    /// - Returns: what it said.
    private func train(
        _ name: String, _ text: String, classes: Int = 2, width: Double = 0.03125,
        stoppingAfter step: Int? = nil
    ) throws -> [String] {
        let job = try Job.of(
            "width: \(width)\nbatch_size: 4\nthreads: 2\nschedule: constant\nlog: {every: 2 steps}\n" + text,
            dataset: images(classes: classes).string, name: name)
        let notes = Mutex<[String]>([])
        let stop = StopFlag()
        do {
            try Run(job, root: root, stop: stop) { event in
                if case .note(let note) = event { notes.withLock { $0.append(note) } }
                if case .step(let progress) = event, progress.step == step { stop.raise() }
            }.run()
        } catch  where Run.isStop(error) { #expect(step != nil) }
        return notes.withLock { $0 }
    }

    private func tensors(_ name: String, _ step: Int) throws -> [String: [Float]] {
        let store = CheckpointStore(folder: root.run(name).checkpoints, keep: nil)
        let file = try #require(try store.verified(step)).tensors(Checkpoint.modelFile)
        var tensors: [String: [Float]] = [:]
        for name in file.names {
            var values = [Float](repeating: 0, count: file.shape(of: name)?.reduce(1, *) ?? 0)
            try values.withUnsafeMutableBufferPointer { try file.read(name, into: $0) }
            tensors[name] = values
        }
        return tensors
    }

    /// Everything of it at once, in two attempts and in one.
    @Test(arguments: ["adamw", "lars", "{adam: {beta2: 0.98, epsilon: 1e-6}}"])
    func resumesBitForBit(_ optimizer: String) throws {
        _ = try train("first", "epochs: 1")
        let text =
            "epochs: 2\ninit: \(root.run("first").path)\noptimizer: \(optimizer)\nclip_gradients: {norm: 0.1}\n"
            + "freeze: [conv1, conv2, fc6]\nlayers: {fc8: {learning_rate: 10, weight_decay: 0}}\n"
        _ = try train("whole", text)
        _ = try train("halves", text, stoppingAfter: 3)
        let notes = try train("halves", text)
        #expect(notes.contains("going on from the checkpoint of step 3"))
        let stores = ["whole", "halves"].map {
            CheckpointStore(folder: root.run($0).checkpoints, keep: nil)
        }
        let files = try stores.map { store in
            try #require(try store.verified(4)).manifest.files.filter { $0.name.hasSuffix(".safetensors") }
        }
        #expect(files[0].count == 2)
        #expect(files[0] == files[1])
    }

    /// A file may be another by the next attempt; a run keeps the weights that it began with.
    @Test func theWeightsAreTakenOnce() throws {
        _ = try train("first", "epochs: 1")
        _ = try train("other", "epochs: 2")
        let text = "epochs: 1\ninit: \(root.run("source").path)\ncheckpoint: {keep: all}"
        func source(_ run: String) throws {
            try? FileManager.default.removeItem(atPath: root.run("source").path.string)
            try FileManager.default.copyItem(
                atPath: root.run(run).path.string, toPath: root.run("source").path.string)
        }
        try source("first")
        _ = try train("second", text)
        let whole = try tensors("second", 2)
        // As if it had been killed before its first checkpoint of its own.
        for step in 1...2 {
            let path = root.run("second").checkpoints.appending("step-0000000\(step)")
            try? FileManager.default.removeItem(atPath: path.string)
        }
        try source("other")
        let notes = try train("second", text)
        #expect(notes.contains("going on from the checkpoint of step 0"))
        #expect(try tensors("second", 2) == whole)
    }

    @Test func whatIsFrozenStaysAsItWas() throws {
        _ = try train("first", "epochs: 1")
        let notes = try train(
            "second", "epochs: 1\ninit: \(root.run("first").path)\nfreeze: [conv1, conv2, conv3, conv4, fc7]")
        #expect(
            notes.contains { $0.hasPrefix("begins with the weights of ") && $0.contains("step-00000002") })
        let (before, after) = (try tensors("first", 2), try tensors("second", 2))
        #expect(before.count == 16)
        for (name, values) in before {
            let isFrozen = ["conv1", "conv2", "conv3", "conv4", "fc7"].contains { name.hasPrefix($0) }
            #expect((after[name] == values) == isFrozen, "\(name)")
        }
    }

    @Test func anotherNumberOfClassesBeginsTheLastLayerAnew() throws {
        _ = try train("first", "epochs: 1")
        let checkpoint = root.run("first").checkpoints.appending("step-00000002")
        for path in [root.run("first").path, checkpoint, checkpoint.appending(Checkpoint.modelFile)] {
            let name = "next-\(path.components.count)"
            let text = "epochs: 0\nseed: 5\ninit: \(path)"
            let notes = try train(name, text, classes: 3)
            #expect(notes.contains("fc8 begins anew: 3 classes here, 2 in \(path)"))
            let (before, after) = (try tensors("first", 2), try tensors(name, 0))
            for (name, values) in before where !name.hasPrefix("fc8") { #expect(after[name] == values) }
            #expect(after["fc8.bias"] == [0, 0, 0])
            let network = AlexNet.network(.alexnet, classes: 3, width: 0.03125)
            let index = try #require(network.parameters.firstIndex { $0.name == "fc8.weight" })
            var drawn = [Float](repeating: 0, count: network.parameters[index].count)
            drawn.withUnsafeMutableBufferPointer { Initializer.he.fill($0, index, of: network, seed: 5) }
            #expect(after["fc8.weight"] == drawn)
        }
    }

    /// As PyTorch has written it; five classes, and a width of its own.
    @Test(arguments: ["torchvision-zip.pth", "torchvision-stream.pth"])
    func weightsFromElsewhereAreABeginning(_ file: String) throws {
        let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
            .appending("WeightsTests/Golden/\(file)")
        let text = "epochs: 0\nmodel: torchvision\ninit: \(path)\n"
        let notes = try train("next", text, classes: 3, width: 0.01171875)
        #expect(notes.contains("fc8 begins anew: 3 classes here, 5 in \(path)"))
        // As the script beside it fills every tensor: element i of the first.
        let expected = (0..<20).map { Float((31 * $0) % 255 - 127) / 128 }
        let tensor = try #require(try tensors("next", 0)["features.0.weight"])
        #expect(Array(tensor.prefix(20)) == expected)

        let job = try Job.of(text, dataset: images(classes: 3).string)
        let wide = AlexNet.network(.torchvision, classes: 5, width: 0.03125)
        let error = #expect(throws: JobError.self) { try job.initialWeights(for: wide) }
        #expect(error?.code == .data)
        #expect(error?.message.contains("another model, width or number of classes") == true)
        #expect(error?.message.contains(file) == true)
    }

    /// Its tensors have a place in the network without normalisation, but for the normalisations' own.
    @Test func aNetworkIsNotTakenApart() throws {
        _ = try train("first", "epochs: 1\nmodel: alexnet-bn")
        let job = try Job.of(
            "init: \(root.run("first").path)\nmodel: alexnet-single", dataset: images(classes: 2).string)
        let error = #expect(throws: JobError.self) {
            try job.initialWeights(for: AlexNet.network(.alexnetSingle, classes: 2, width: 0.03125))
        }
        #expect(error?.problem.contains("\"norm1.") == true)
    }

    @Test func aFolderThatIsNoRunIsRefused() throws {
        let job = try Job.of("init: \(folder.path)", dataset: images(classes: 2).string)
        let error = #expect(throws: JobError.self) {
            try job.initialWeights(for: AlexNet.network(.alexnet, classes: 2))
        }
        #expect(error?.code == .data)
        #expect(error?.message.contains(": init: ") == true)
        #expect(error?.message.contains("has no checkpoint") == true, "\(String(describing: error))")
    }
}
