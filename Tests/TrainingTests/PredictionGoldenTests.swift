// The same probabilities as PyTorch from the same weights and pixels: Golden/make_predictions.py made the files.

import Checkpoints
import Compute
import Foundation
import InputPipeline
import Jobs
import Networks
import SystemPackage
import TemporaryFolders
import Testing

@testable import Training

@Suite struct PredictionGoldenTests {
    static let classes = (0..<7).map { "class \($0)" }
    static let normalization = Normalization(
        mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375])

    static func file(_ name: String) throws -> FilePath {
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        return FilePath(folder.appendingPathComponent(name).path)
    }

    /// As in the script.
    static func fill(_ square: UnsafeMutablePointer<UInt8>, _ index: Int) {
        for y in 0..<Batch.side {
            for x in 0..<Batch.side {
                for c in 0..<3 {
                    let level = x * (1 + index) + y * (2 + c) + ((x * y) >> (5 + index))
                    square[(y * Batch.side + x) * 3 + c] = UInt8(level & 255)
                }
            }
        }
    }

    @Test(arguments: ["alexnet", "torchvision"], Views.allCases)
    func likePyTorch(_ model: String, _ views: Views) throws {
        // Nobody says which model it is: the shapes do.
        let trained = try TrainedNetwork(
            weights: Self.file("\(model).safetensors"), nil, classes: Self.classes, Self.normalization)
        #expect(trained.network.name == model)
        let classifier = try TrainedNetwork.Classifier(trained, views: views, capacity: 3, .cpu(threads: 2))
        for index in 0..<2 { Self.fill(classifier.square(index), index) }
        let probabilities = try classifier.classify(2)

        let golden = try JSONDecoder().decode(
            [String: [String: [[Double]]]].self,
            from: Data(contentsOf: URL(filePath: Self.file("predictions.json").string)))
        let expected = try #require(golden[model]?["\(views.rawValue)"])
        for (image, row) in expected.enumerated() {
            for (label, value) in row.enumerated() {
                #expect(abs(probabilities[image, label] - value) < 1e-4, "image \(image), class \(label)")
            }
            let order = row.indices.sorted { row[$0] > row[$1] }
            #expect(probabilities.best(3, of: image) == Array(order.prefix(3)))
        }
    }

    @Test func tenViewsAreNotOne() throws {
        let trained = try TrainedNetwork(
            weights: Self.file("alexnet.safetensors"), nil, classes: Self.classes, Self.normalization)
        let answers = try Views.allCases.map { views in
            let classifier = try TrainedNetwork.Classifier(
                trained, views: views, capacity: 1, .cpu(threads: 2))
            Self.fill(classifier.square(0), 0)
            return try classifier.classify(1)
        }
        #expect(answers[0] != answers[1])
    }

    @Test func weightsThatFitNothing() throws {
        let file = try Self.file("alexnet.safetensors")
        func message(_ model: Model?, _ classes: [String]) -> String {
            let error = #expect(throws: TrainingError.self) {
                try TrainedNetwork(weights: file, model, classes: classes, Self.normalization)
            }
            #expect(error?.code == .checkpoint)
            return error?.message ?? ""
        }
        #expect(message(nil, ["a", "b"]).contains("tells 7 classes apart, and 2 are named"))
        #expect(message(.torchvision, Self.classes).contains("conv1.bias"))
        #expect(message(.alexnetSingle, Self.classes).contains("conv2.weight"))
    }
}
