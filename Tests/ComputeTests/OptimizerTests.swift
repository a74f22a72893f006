// Ten steps of each optimiser: the reference against PyTorch, the engines against the reference.

import Compute
import Testing

@testable import Networks

@Suite struct OptimizerTests {
    private static let methods: [Optimizer.Method] = [.sgd, .nesterov, .adam(beta2: 0.999, epsilon: 1e-8)]

    /// No kinks, so that ten steps cannot go apart for another reason; a convolution, groups and both linear layouts.
    private static let scene = Scene(
        "smooth", side: 6,
        [
            .convolution(Convolution(outputs: 6, kernel: 3, stride: 1, padding: 1, groups: 1)),
            .convolution(Convolution(outputs: 8, kernel: 3, stride: 1, padding: 0, groups: 2)), .flatten,
            .linear(outputs: 11), .linear(outputs: 5),
        ])

    @Test(arguments: Conformer.devices, methods)
    func tenSteps(_ conformer: Conformer, _ method: Optimizer.Method) throws {
        let optimizer = Optimizer(
            method: method, momentum: 0.9, weightDecay: 0.05, biasRate: 2, biasDecay: 0.01)
        let scene = Self.scene.with { $0.optimizer = optimizer }
        let (engine, reference) = (try scene.engine(conformer), try scene.engine(.reference))
        for step in 0..<10 {
            // The rate changes in between, as a schedule's does.
            let settings = StepSettings(step: step, learningRate: step < 5 ? 0.01 : 0.002)
            let ours = try engine.train(scene.batch(UInt32(step)), settings).loss
            let theirs = try reference.train(scene.batch(UInt32(step)), settings).loss
            #expect(abs(ours - theirs) < 1e-3 * theirs, "step \(step)")
        }
        for kind in [.parameters] + optimizer.state {
            let (ours, theirs) = (engine.read(kind), reference.read(kind))
            for (index, parameter) in scene.network.parameters.enumerated() {
                // Rounding of ten steps, and Adam divides by gradients that may be near zero.
                #expect(distance(ours[index], theirs[index]) < 1e-3, "\(kind) of \(parameter.name)")
            }
        }
    }

    @Test(arguments: Conformer.all, methods)
    func asPyTorch(_ conformer: Conformer, _ method: Optimizer.Method) throws {
        let golden = try Golden("optimizers")
        let name =
            switch method {
            case .sgd: "sgd"
            case .nesterov: "nesterov"
            case .adam: "adam"
            }
        var builder = Network.Builder("one linear layer", input: Shape(1, 1, 3))
        builder.add("flatten", .flatten)
        builder.add("linear", .linear(outputs: 4))
        let network = builder.network()
        let engine = try conformer.make(
            network, Golden.count, Golden.normalization,
            Optimizer(method: method, momentum: 0.9, weightDecay: 0.01, biasRate: 2, biasDecay: 0), 0, 2)
        engine.load(.parameters, from: Golden.parameters(network))
        let batch = Golden.batch()
        for slot in 0..<batch.count { batch.labels[slot] %= 4 }
        let (weights, biases) = (try golden.read("\(name)/weight"), try golden.read("\(name)/bias"))
        for step in 0..<10 {
            _ = try engine.train(batch, StepSettings(step: step, learningRate: 0.1))
            let set = engine.read(.parameters)
            #expect(distance(set[0], weights[step * 12..<step * 12 + 12]) < 1e-5, "step \(step)")
            #expect(distance(set[1], biases[step * 4..<step * 4 + 4]) < 1e-5, "step \(step)")
        }
    }
}
