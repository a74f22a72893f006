// From a file's tensors to a network: names, order, shapes, and the numbers that the network gives then.

import Checkpoints
import Compute
import ComputeCPU
import Foundation
import Networks
import SystemPackage
import TemporaryFolders
import Testing

@testable import Weights

@Suite struct NetworkWeightsTests {
    @Test(arguments: ["torchvision-zip.pth", "torchvision-stream.pth", "torchvision-tar.pth"])
    func findsTorchvisionsTensors(_ name: String) throws {
        let weights = try NetworkWeights(try Golden.file(name), .torchvision)
        #expect(weights.network.classes == 5)
        #expect(weights.width == 48.0 / 4096)
        #expect(weights.notes.isEmpty)
        for index in weights.network.parameters.indices {
            let count = weights.network.parameters[index].count
            #expect(try weights.floats(index) == Golden.values(index, count))
        }
    }

    // MARK: - Numbers

    private func scores(_ weights: NetworkWeights, _ normalization: Normalization) throws -> [Float] {
        let engine = try CPUEngine(
            network: weights.network, capacity: 1, normalization: normalization,
            optimizer: Optimizer(method: .sgd, momentum: 0, weightDecay: 0, biasDecay: 0), seed: 1, threads: 1
        )
        let set = ParameterSet(weights.network.parameters)
        for index in set.parameters.indices { try weights.read(index, into: set[index]) }
        engine.load(.parameters, from: set)
        let batch = Batch(capacity: 1)
        batch.count = 1
        batch.draws[0] = .center(crop: weights.network.input.height)
        for y in 0..<256 {
            for x in 0..<256 {
                let pixel = batch.pixels + (y * 256 + x) * 3
                (pixel[0], pixel[1], pixel[2]) = (
                    UInt8((x * 3 + y) % 256), UInt8((x + y * 5) % 256), UInt8(x * y % 256)
                )
            }
        }
        _ = try engine.evaluate(batch)
        return engine.scores()
    }

    private func expect(_ scores: [Float], like expected: [Double]) {
        let scale = expected.map(abs).max() ?? 0
        for (score, expected) in zip(scores, expected) {
            #expect(abs(Double(score) - expected) < 1e-4 * scale, "\(score) is not \(expected)")
        }
    }

    @Test func givesPyTorchsNumbers() throws {
        let weights = try NetworkWeights(try Golden.file("torchvision-zip.pth"), .torchvision)
        let scores = try scores(
            weights,
            Normalization(
                mean: SIMD3(123.675, 116.28, 103.53), deviation: SIMD3(58.395, 57.12, 57.375)))
        expect(scores, like: try #require(try Golden.scores()["torchvision"]))
    }

    /// Blue first, two towers, and a normalisation whose k is 1 where ours is 2.
    @Test(arguments: ["alexnet-v1.caffemodel", "alexnet-v2.caffemodel"])
    func givesCaffesNumbers(_ name: String) throws {
        let weights = try NetworkWeights(try Golden.file(name), .alexnet)
        let scores = try scores(
            weights, Normalization(mean: SIMD3(123, 117, 104), deviation: SIMD3(repeating: 1)))
        expect(scores, like: try #require(try Golden.scores()["alexnet"]))
        #expect(weights.notes.contains { $0.contains("norm1 has k 1.0 in the file and 2.0 here") })
        #expect(weights.notes.contains { $0.contains("red, green and blue") })
    }

    // MARK: - Names and shapes

    /// Tensors by name and shape, all of ones.
    private func file(_ tensors: [(String, [Int])], _ folder: TemporaryFolder) throws -> TensorFile {
        let ones = [Float](repeating: 1, count: 1 << 16)
        let store = CheckpointStore(folder: folder.path.appending("store"), keep: nil)
        try ones.withUnsafeBufferPointer { ones in
            _ = try store.publish(step: 0, isBest: false) { writer in
                try writer.write(
                    "t.safetensors",
                    tensors.map { name, shape in
                        Tensor(name, shape, UnsafeBufferPointer(rebasing: ones[..<shape.reduce(1, *)]))
                    })
            }
        }
        return try TensorFile(folder.path.appending("store/step-00000000/t.safetensors"))
    }

    private func shapes(_ model: Model) -> [(String, [Int])] {
        AlexNet.network(model, classes: 5, width: 48.0 / 4096).parameters.map { ($0.name, $0.shape) }
    }

    @Test func takesOtherNamesInOrder() throws {
        let folder = try TemporaryFolder()
        // Biases in front of weights, as sorted names have them.
        let pairs = shapes(.torchvision).map(\.1)
        let renamed = stride(from: 0, to: 16, by: 2).flatMap { index in
            [("layer\(index).b", pairs[index + 1]), ("layer\(index).w", pairs[index])]
        }
        let weights = try NetworkWeights(try file(renamed, folder), .torchvision)
        #expect(weights.notes.contains { $0.contains("in the file's order") })
        #expect(NetworkWeights.fits(try Golden.file("torchvision-tar.pth"), .torchvision))
        #expect(!NetworkWeights.fits(try Golden.file("torchvision-tar.pth"), .alexnet))
    }

    @Test func takesTheLayersNames() throws {
        let folder = try TemporaryFolder()
        let names = (1...8).flatMap { n in ["weight", "bias"].map { "\(n < 6 ? "conv" : "fc")\(n).\($0)" } }
        // In another order than the network's: names count.
        let tensors = zip(names, shapes(.torchvision)).map { ($0, $1.1) }.reversed()
        let weights = try NetworkWeights(try file(Array(tensors), folder), .torchvision)
        #expect(weights.notes.isEmpty)
    }

    @Test func saysWhichTensorDoesNotFit() throws {
        let folder = try TemporaryFolder()
        var tensors = shapes(.alexnetSingle)
        tensors[6] = ("conv4.weight", [4, 3, 3, 3])
        let file = try file(tensors, folder)
        let text = message { _ = try NetworkWeights(file, .alexnetSingle) }
        #expect(
            text.contains("tensor \"conv4.weight\" is [4, 3, 3, 3], and alexnet-single needs [4, 4, 3, 3]"),
            "\(text)")
    }

    @Test func saysWhichModelFits() throws {
        let file = try Golden.file("alexnet-v2.caffemodel")
        let text = message { _ = try NetworkWeights(file, .alexnetSingle) }
        #expect(text.contains("tensor \"conv2.weight\" is [4, 1, 5, 5]"), "\(text)")
        #expect(text.contains("the file fits --model alexnet"), "\(text)")
    }

    @Test func saysWhichTensorIsMissing() throws {
        let folder = try TemporaryFolder()
        let text = message { _ = try NetworkWeights(try file(shapes(.alexnet).dropLast(), folder), .alexnet) }
        #expect(text.contains("no tensor \"fc8.bias\""), "\(text)")
    }
}

extension NetworkWeightsTests {
    fileprivate func file(_ tensors: ArraySlice<(String, [Int])>, _ folder: TemporaryFolder) throws
        -> TensorFile
    {
        try file(Array(tensors), folder)
    }
}
