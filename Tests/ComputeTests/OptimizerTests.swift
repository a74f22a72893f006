// Ten steps of each optimiser, the engines against the reference; twenty, all of them against PyTorch.

import Compute
import Testing

@testable import Networks

@Suite struct OptimizerTests {
    /// No kinks, so that ten steps cannot go apart for another reason; a convolution, groups and both linear layouts.
    private static let scene = Scene(
        "smooth", side: 6,
        [
            .convolution(Convolution(outputs: 6, kernel: 3, stride: 1, padding: 1, groups: 1)),
            .convolution(Convolution(outputs: 8, kernel: 3, stride: 1, padding: 0, groups: 2)), .flatten,
            .linear(outputs: 11), .linear(outputs: 5),
        ])

    private static let rules =
        Rule.methods + [
            Rule("sgd, norm clipped", .sgd) { $0.clipping = .norm(0.5) },
            Rule("nesterov, values clipped", .nesterov) { $0.clipping = .value(0.02) },
            Rule("lars, values clipped", .lars(trust: 0.1)) { $0.clipping = .value(0.02) },
            Rule("adamw, layers of their own", Rule.adamW) {
                $0.layers = ["0": .init(rate: 0.1, decay: 0), "4": .init(rate: 5, decay: 2)]
            },
            Rule("adam, frozen in between, norm clipped", Rule.adam) {
                $0.layers = ["1": .init(isFrozen: true), "3": .init(isFrozen: true)]
                $0.clipping = .norm(0.5)
            },
            Rule("lars, frozen below", .lars(trust: 0.1)) { $0.layers = ["0": .init(isFrozen: true)] },
        ]

    @Test(arguments: Conformer.devices, rules)
    func tenSteps(_ conformer: Conformer, _ rule: Rule) throws {
        let scene = Self.scene.with { $0.optimizer = rule.optimizer }
        let (engine, reference) = (try scene.engine(conformer), try scene.engine(.reference))
        for step in 0..<10 {
            // The rate changes in between, as a schedule's does.
            var settings = StepSettings(step: step, learningRate: step < 5 ? 0.01 : 0.002)
            if step == 4 { settings.detail = .moments }
            let ours = try engine.train(scene.batch(UInt32(step)), settings)
            let theirs = try reference.train(scene.batch(UInt32(step)), settings)
            #expect(abs(ours.loss - theirs.loss) < 1e-3 * theirs.loss, "step \(step)")
            guard let ours = ours.statistics, let theirs = theirs.statistics else { continue }
            #expect(abs(ours.gradientNorm - theirs.gradientNorm) < 1e-3 * theirs.gradientNorm)
            for (ours, theirs) in zip(ours.updates, theirs.updates) {
                #expect(abs(ours - theirs) <= 1e-3 * theirs + 1e-7)
            }
        }
        for kind in [.parameters] + rule.optimizer.state {
            let (ours, theirs) = (try engine.read(kind), try reference.read(kind))
            for (index, parameter) in scene.network.parameters.enumerated() {
                // Rounding of ten steps, and Adam divides by gradients that may be near zero.
                #expect(distance(ours[index], theirs[index]) < 1e-3, "\(kind) of \(parameter.name)")
            }
        }
    }

    private static let goldenRules = [
        Rule("sgd", .sgd, decay: 0.01, biasDecay: 0), Rule("nesterov", .nesterov, decay: 0.01, biasDecay: 0),
        Rule("adam", Rule.adam, decay: 0.01, biasDecay: 0),
        Rule("adamw", Rule.adamW, decay: 0.01, biasDecay: 0),
        Rule("lars", .lars(trust: 0.2), decay: 0.01, biasDecay: 0),
        Rule("sgd, norm", .sgd, decay: 0.01, biasDecay: 0) { $0.clipping = .norm(0.6) },
        Rule("sgd, value", .sgd, decay: 0.01, biasDecay: 0) { $0.clipping = .value(0.2) },
        Rule("adamw, norm", Rule.adamW, decay: 0.01, biasDecay: 0) { $0.clipping = .norm(0.6) },
        Rule("lars, value", .lars(trust: 0.2), decay: 0.01, biasDecay: 0) { $0.clipping = .value(0.2) },
    ]

    /// At a constant rate: SGD's velocity holds the rate here, as in the paper and in Caffe, and in PyTorch it does not.
    @Test(arguments: Conformer.all, goldenRules)
    func asPyTorch(_ conformer: Conformer, _ rule: Rule) throws {
        let golden = try Golden("optimizers")
        var builder = Network.Builder("one linear layer", input: Shape(1, 1, 3))
        builder.add("flatten", .flatten)
        builder.add("linear", .linear(outputs: 4))
        let network = builder.network()
        let engine = try conformer.make(network, Golden.count, Golden.normalization, rule.optimizer, 0, 2)
        try engine.load(.parameters, from: Golden.parameters(network))
        let batch = Golden.batch()
        for slot in 0..<batch.count { batch.labels[slot] %= 4 }
        let (weights, biases) = (
            try golden.read("\(rule.testDescription)/weight"), try golden.read("\(rule.testDescription)/bias")
        )
        #expect(biases.count == 20 * 4)
        for step in 0..<20 {
            _ = try engine.train(batch, StepSettings(step: step, learningRate: 0.1))
            let set = try engine.read(.parameters)
            #expect(distance(set[0], weights[step * 12..<step * 12 + 12]) < 1e-6, "step \(step)")
            #expect(distance(set[1], biases[step * 4..<step * 4 + 4]) < 1e-6, "step \(step)")
        }
    }

    /// A tensor of zeros has no direction to keep to, and would never leave them.
    @Test(arguments: Conformer.all) func larsLeavesZero(_ conformer: Conformer) throws {
        let scene = Scenes.linear[0].with {
            $0.optimizer = Optimizer(method: .lars(trust: 0.1), momentum: 0, weightDecay: 0.01, biasDecay: 0)
        }
        let plain = scene.with { $0.optimizer.method = .sgd }
        let engines = (try scene.engine(conformer), try plain.engine(conformer))
        for engine in [engines.0, engines.1] {
            try engine.load(.parameters, from: ParameterSet(scene.network.parameters))
            _ = try engine.train(scene.batch(), scene.settings())
        }
        #expect(try engines.0.floats(.parameters) == engines.1.floats(.parameters))
        #expect(try engines.0.floats(.parameters).contains { $0 != 0 })
    }
}
