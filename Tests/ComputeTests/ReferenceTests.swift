// Why the reference may be trusted: its gradients are the slopes of its loss, by central differences, and single layers
// give what can be worked out by hand.

import Compute
import Testing

@testable import Networks

@Suite struct ReferenceTests {
    private static let scenes =
        [Scenes.linear[0], Scenes.linear[10]]
        + Scenes.convolutions.filter { $0.network.parameterCount < 3000 }
        + Scenes.normalizations + Scenes.batchNorms + Scenes.pools
        + [Scenes.paper, Scenes.paperBN, Scenes.torchvision]

    /// Moves some values of every tensor up and down by 2⁻¹⁰. Where that makes a ReLU or a pool decide otherwise, the loss
    /// has a kink and no slope, and the value is passed over; that may not happen to most. Without dropout: it is left out.
    /// What is not learned has no gradient; with it, the loss is that of a step, for an evaluation takes running statistics.
    @Test(arguments: scenes) func gradientsAreSlopes(_ scene: Scene) throws {
        var builder = Network.Builder(scene.testDescription, input: scene.network.input)
        for layer in scene.network.layers {
            if case .dropout = layer.operation { continue }
            builder.add(layer.name, layer.operation)
        }
        let network = builder.network()
        let engine = ReferenceEngine(
            network: network, capacity: 1, normalization: scene.normalization, optimizer: scene.optimizer,
            seed: 1)
        let batch = scene.with { ($0.capacity, $0.count) = (1, 1) }.batch()
        let parameters = scene.parameters()
        engine.load(.parameters, from: parameters)
        _ = try engine.train(batch, StepSettings(step: 0, learningRate: 0))
        let gradients = try engine.read(.gradients)
        let normalizes = network.parameters.contains { !$0.role.isLearned }

        func loss() throws -> (Double, [Int]) {
            engine.load(.parameters, from: parameters)
            let result =
                try normalizes
                ? engine.train(batch, StepSettings(step: 0, learningRate: 0)) : engine.evaluate(batch)
            return (result.loss, engine.decisions)
        }
        var (checked, passedOver) = (0, 0)
        for index in network.parameters.indices {
            let (tensor, gradient) = (parameters[index], gradients[index])
            guard network.parameters[index].role.isLearned else {
                #expect(gradient.allSatisfy { $0 == 0 })
                continue
            }
            let largest = gradient.map { abs($0) }.max() ?? 0
            for i in stride(from: 0, to: tensor.count, by: max(1, tensor.count / 3)) {
                let value = tensor[i]
                tensor[i] = value + 0x1p-10
                let (up, (upper, upperDecisions)) = (tensor[i], try loss())
                tensor[i] = value - 0x1p-10
                let (down, (lower, lowerDecisions)) = (tensor[i], try loss())
                tensor[i] = value
                guard upperDecisions == lowerDecisions else {
                    passedOver += 1
                    continue
                }
                checked += 1
                let slope = (upper - lower) / (Double(up) - Double(down))
                // The third derivative times 2⁻²¹ is what central differences leave out.
                #expect(
                    abs(slope - Double(gradient[i])) < 1e-3 * Double(largest) + 1e-5,
                    "\(network.parameters[index].name)[\(i)]: \(slope), \(gradient[i])")
            }
        }
        #expect(checked > passedOver)
    }

    private func shape(_ operation: Layer.Operation, _ input: Shape) -> Layer {
        var builder = Network.Builder("", input: input)
        builder.add("layer", operation)
        return builder.network().layers[0]
    }

    @Test func convolutionByHand() {
        let convolution = Convolution(outputs: 2, kernel: 2, stride: 2, padding: 1, groups: 2)
        let layer = shape(.convolution(convolution), Shape(3, 3, 2))
        #expect(layer.output == Shape(2, 2, 2))
        let x = Reals((1...18).map(Double.init))
        let y = Reference.convolution(
            x, layer, convolution, Reals([1, 2, 3, 4, 0, 0, 0, 1]), Reals([0.5, 0]))
        // Top left: only the last weight meets the image. Bottom right: 5 · 1 + 6 · 2 + 8 · 3 + 9 · 4 and the bias.
        #expect(y.values == [4.5, 18.5, 36.5, 77.5, 10, 12, 16, 18])
    }

    @Test func poolTakesTheFirstOfEquals() {
        let pool = MaxPool(kernel: 2, stride: 1)
        let layer = shape(.maxPool(pool), Shape(2, 3, 1))
        let x = Reals([1, 7, 7, 7, 0, 7])
        #expect(Reference.largest(x, layer, pool) == [1, 1])
        #expect(
            Reference.maxPoolBackward(x, Reals([2, 3]), layer, pool).values == [0, 5, 0, 0, 0, 0])
    }

    @Test func responseNormByHand() {
        var norm = LocalResponseNorm()
        (norm.size, norm.alpha, norm.beta, norm.k) = (3, 3, 1, 1)
        // Scales: 1 + (1 + 4), 1 + (1 + 4 + 9), 1 + (4 + 9).
        let y = Reference.localResponseNorm(Reals([1, 2, 3]), Shape(1, 1, 3), norm)
        for (ours, expected) in zip(y.values, [1.0 / 6, 2.0 / 15, 3.0 / 14]) {
            #expect(abs(ours - expected) < 1e-12)
        }
    }

    @Test func softmaxSurvivesLargeScores() {
        #expect(Reference.loss(Reals([1000, 0]), label: 0) == 0)
        #expect(Reference.loss(Reals([1000, 0]), label: 1) == 1000)
        #expect(abs(Reference.loss(Reals([3, 3, 3]), label: 2) - 1.0986122886681098) < 1e-15)
        #expect(Reference.rank(Reals([1, 2, 2, 0]), label: 2) == 1)
        #expect(Reference.rank(Reals([1, 2, 2, 0]), label: 1) == 0)
    }
}
