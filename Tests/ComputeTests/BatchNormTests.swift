// Batch normalisation beside PyTorch's (Golden/make_batch_norm.py), and what the running statistics are there for. PyTorch's
// own float32 lies 4e-7 from the golden float64.

import Compute
import Testing

@testable import Networks

@Suite struct BatchNormTests {
    private static let tolerance = 1e-5

    private static let network: Network = {
        var builder = Network.Builder("small", input: Shape(9, 9, 3))
        builder.add(
            "conv", .convolution(Convolution(outputs: 5, kernel: 3, stride: 1, padding: 0, groups: 1)))
        builder.add("relu", .relu)
        builder.add("norm", .batchNorm(BatchNorm()))
        builder.add("pool", .maxPool(MaxPool(kernel: 3, stride: 2)))
        builder.add("flatten", .flatten)
        builder.add("fc", .linear(outputs: Golden.classes))
        return builder.network()
    }()

    @Test(arguments: Conformer.all) func asPyTorch(_ conformer: Conformer) throws {
        let (golden, network) = (try Golden("batch-norm"), Self.network)
        // Weight and bias of the normalisation decay and learn as PyTorch's: like all others.
        let optimizer = Optimizer(method: .sgd, momentum: 0.9, weightDecay: 0.01, biasDecay: 0.01)
        let engine = try conformer.make(network, Golden.count, Golden.normalization, optimizer, 0, 2)
        try engine.load(.parameters, from: Golden.parameters(network))
        let batch = Golden.batch()
        let losses = try golden.read("losses")
        let statistics = try ["running_mean", "running_var"].map { try golden.read($0) }
        for (step, expected) in losses.enumerated() {
            let settings = StepSettings(step: step, learningRate: 0.02, detail: step == 0 ? .moments : .none)
            let loss = try engine.train(batch, settings).loss / Double(Golden.count)
            #expect(abs(loss - Double(expected)) < Self.tolerance * Double(expected), "step \(step)")
            let parameters = try engine.read(.parameters)
            for (name, all) in zip(["norm.running_mean", "norm.running_var"], statistics) {
                let ours = try #require(parameters[name])
                #expect(
                    distance(ours, all[step * 5..<step * 5 + 5]) < Self.tolerance, "\(name), step \(step)")
            }
            guard step == 0 else { continue }
            #expect(try distance(engine.scores(), try golden.read("logits")) < Self.tolerance)
            try compare(engine.read(.gradients), "gradient", golden)
        }
        try compare(engine.read(.parameters), "parameter", golden)
        _ = try engine.evaluate(batch)
        #expect(try distance(engine.scores(), try golden.read("evaluation")) < Self.tolerance)
    }

    private func compare(_ set: ParameterSet, _ what: String, _ golden: Golden) throws {
        for (index, parameter) in set.parameters.enumerated() where parameter.role.isLearned {
            let expected = try golden.read("\(what)/\(parameter.name)")
            #expect(distance(set[index], expected) < Self.tolerance, "\(what) of \(parameter.name)")
        }
    }

    /// An evaluation takes what training has left, not what lies beside an image in its batch.
    @Test(arguments: Conformer.all) func anImageIsJudgedAlone(_ conformer: Conformer) throws {
        let scene = Scenes.paperBN
        let engine = try scene.engine(conformer)
        let batch = scene.batch()
        _ = try engine.train(batch, scene.settings())
        let trained = try engine.scores()
        let before = try engine.floats(.parameters)
        _ = try engine.evaluate(batch)
        let together = try engine.scores()
        #expect(distance(together, trained) > 0.01, "batch and running statistics differ")
        batch.count = 1
        _ = try engine.evaluate(batch)
        // Products of fewer rows may be added in another order.
        #expect(try distance(engine.scores(), together[..<scene.network.classes]) < Self.tolerance)
        #expect(try engine.floats(.parameters) == before)
    }

    /// Steps that move the weights nowhere move the statistics; a moment's file of such a tensor holds zeros.
    @Test(arguments: Conformer.all) func statisticsAreMovedByStepsAlone(_ conformer: Conformer) throws {
        let scene = Scenes.paperBN.with { $0.optimizer.weightDecay = 0.1 }
        let engine = try scene.engine(conformer)
        let before = try engine.read(.parameters)
        let result = try engine.train(
            scene.batch(), StepSettings(step: 0, learningRate: 0, detail: .distributions))
        let (after, moments) = (try engine.read(.parameters), try engine.read(.firstMoment))
        let statistics = try #require(result.statistics)
        for (index, parameter) in scene.network.parameters.enumerated() {
            #expect(
                (Array(after[index]) == Array(before[index])) == parameter.role.isLearned, "\(parameter.name)"
            )
            #expect(statistics.updates[index] == 0)
            guard !parameter.role.isLearned else { continue }
            #expect(moments[index].allSatisfy { $0 == 0 })
            #expect(statistics.gradients[index].norm == 0)
        }
    }

    /// A channel that is dead in the whole batch, and one value per channel: nothing divides by zero.
    @Test(arguments: Conformer.all) func nothingToNormalize(_ conformer: Conformer) throws {
        let scene = Scene(
            "dead", side: 3,
            [.flatten, .linear(outputs: 4), .relu, .batchNorm(BatchNorm()), .linear(outputs: 3)]
        )
        .with { ($0.capacity, $0.count) = (1, 1) }
        let engine = try scene.engine(conformer)
        let parameters = scene.parameters()
        let bias = try #require(parameters["1.bias"])
        bias[2] = -1000
        try engine.load(.parameters, from: parameters)
        for step in 0..<3 {
            #expect(try engine.train(scene.batch(UInt32(step)), scene.settings(step)).loss.isFinite)
        }
        let after = try engine.read(.parameters)
        let variances = try #require(after["3.running_var"])
        let begun = try #require(parameters["3.running_var"])
        for (now, then) in zip(variances, begun) { #expect(abs(now - then * 0.729) < 1e-5) }
        #expect(after.isFinite)
    }
}
