// The running averages of the weights: PyTorch's numbers, and an exchange for evaluations that leaves no trace.

import Compute
import Networks
import Testing

@Suite struct AverageTests {
    @Test(arguments: Conformer.all, [0.9, 0.9999])
    func twentyStepsAsPyTorch(_ conformer: Conformer, _ decay: Double) throws {
        let golden = try Golden("averages")
        let optimizer = Optimizer(
            method: .sgd, momentum: 0.9, weightDecay: 0, biasDecay: 0, averageDecay: decay)
        let engine = try conformer.make(
            Golden.linear, Golden.count, Golden.normalization, optimizer, 0, 2)
        let parameters = Golden.parameters(Golden.linear)
        for kind in [StateKind.parameters, .average] { try engine.load(kind, from: parameters) }
        let batch = Golden.batch()
        for slot in 0..<batch.count { batch.labels[slot] %= 4 }
        let (weights, biases) = (try golden.read("\(decay)/weight"), try golden.read("\(decay)/bias"))
        for step in 0..<20 {
            _ = try engine.train(batch, StepSettings(step: step, learningRate: 0.1))
            let set = try engine.read(.average)
            #expect(distance(set[0], weights[step * 12..<step * 12 + 12]) < 1e-6, "step \(step)")
            #expect(distance(set[1], biases[step * 4..<step * 4 + 4]) < 1e-6, "step \(step)")
        }
    }

    private static let scene = Scenes.paper.with { $0.optimizer.averageDecay = 0.75 }

    /// An engine after some steps, whose averages are not its weights.
    private func trained(_ conformer: Conformer) throws -> any Engine {
        let engine = try Self.scene.engine(conformer)
        try engine.load(.average, from: Self.scene.parameters())
        for step in 0..<3 { _ = try engine.train(Self.scene.batch(UInt32(step)), Self.scene.settings(step)) }
        return engine
    }

    @Test(arguments: Conformer.all) func anEvaluationMayBeOfTheAverages(_ conformer: Conformer) throws {
        let engine = try trained(conformer)
        let batch = Self.scene.batch()
        let (parameters, averages) = (try engine.floats(.parameters), try engine.floats(.average))
        #expect(parameters != averages)
        let own = try engine.evaluate(batch)

        let other = try Self.scene.engine(conformer)
        try other.load(.parameters, from: engine.read(.average))
        #expect(try engine.withAverages { try engine.evaluate(batch) } == other.evaluate(batch))
        #expect(try engine.evaluate(batch) == own)
        #expect(try (engine.floats(.parameters), engine.floats(.average)) == (parameters, averages))
    }

    @Test(arguments: Conformer.all) func theExchangeLeavesNoTrace(_ conformer: Conformer) throws {
        struct Interruption: Error {}
        let (engine, alone) = (try trained(conformer), try trained(conformer))
        try engine.withAverages { _ = try engine.evaluate(Self.scene.batch(9)) }
        #expect(throws: Interruption.self) { try engine.withAverages { throw Interruption() } }
        for engine in [engine, alone] { _ = try engine.train(Self.scene.batch(3), Self.scene.settings(3)) }
        for kind in [.parameters] + Self.scene.optimizer.state {
            #expect(try engine.floats(kind) == alone.floats(kind), "\(kind)")
        }
    }

    @Test(arguments: Conformer.all) func withoutAveragesThereIsNothingToExchange(
        _ conformer: Conformer
    ) throws {
        let engine = try Scenes.linear[0].engine(conformer)
        let own = try engine.floats(.parameters)
        #expect(try engine.withAverages { try engine.floats(.parameters) } == own)
    }
}
