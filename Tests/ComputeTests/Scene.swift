// Everything a test needs around an engine: a network, a batch of noise, weights, and an optimiser. All of it follows
// from a seed.

import Compute
import Networks
import Randomness
import Testing

struct Scene: CustomTestStringConvertible, Sendable {
    var testDescription: String
    let network: Network
    var capacity = 3
    /// Samples in the batch, at most `capacity`.
    var count = 3
    var step = 0
    var labelSmoothing: Float = 0
    var optimizer = Optimizer(method: .sgd, momentum: 0.9, weightDecay: 0.01, biasRate: 2, biasDecay: 0)
    var normalization = Normalization(mean: [124, 117, 104], deviation: [58, 57, 57.5])
    var seed: UInt64 = 1

    /// - Parameter layers: what follows the input; each is named by its place, "0", "1"…
    init(_ description: String, side: Int, _ layers: [Layer.Operation]) {
        testDescription = description
        var builder = Network.Builder(description, input: Shape(side, side, 3))
        for (index, operation) in layers.enumerated() { builder.add("\(index)", operation) }
        network = builder.network()
    }

    func with(_ change: (inout Scene) -> Void) -> Scene {
        var scene = self
        change(&scene)
        return scene
    }

    func engine(_ conformer: Conformer, threads: Int = 2) throws -> any Engine {
        let engine = try conformer.make(network, capacity, normalization, optimizer, seed, threads)
        try engine.load(.parameters, from: parameters())
        return engine
    }

    /// He-uniform weights, which keep the scale of every layer near 1, and small biases.
    func parameters() -> ParameterSet {
        let set = ParameterSet(network.parameters)
        for (index, parameter) in network.parameters.enumerated() {
            let (low, high): (Float, Float)
            switch parameter.role {
            case .bias, .runningMean: (low, high) = (-0.1, 0.1)
            case .weight:
                high = Float((6 / Double(parameter.shape.dropFirst().reduce(1, *))).squareRoot())
                low = -high
            case .runningVariance: (low, high) = (0.5, 2)
            }
            Philox.fillUniform(
                set[index], seed: seed, purpose: .initialization, stream: UInt32(index), low: low, high: high)
        }
        return set
    }

    /// Noise, with another crop, mirroring and colour for each sample.
    func batch(_ number: UInt32 = 0) -> Batch {
        let batch = Batch(capacity: capacity)
        batch.count = count
        let room = Batch.side - network.input.height + 1
        for slot in 0..<count {
            var random = Philox(seed: seed, purpose: .syntheticImages, major: number, minor: UInt32(slot))
            let draw = Draw(
                top: Int32(random.below(room)), left: Int32(random.below(room)), flip: random.below(2) == 1,
                color: [random.uniform() * 9, -random.uniform() * 9, random.uniform()])
            batch.draws[slot] = draw
            batch.labels[slot] = Int32(random.below(network.classes))
            // Only what the crop shows: a debug build takes its time over 196,608 pixels.
            for row in 0..<network.input.height {
                let start = ((Int(draw.top) + row) * Batch.side + Int(draw.left)) * 3
                for offset in 0..<network.input.width * 3 {
                    batch.image(slot)[start + offset] = UInt8(random.below(256))
                }
            }
        }
        return batch
    }

    func settings(_ step: Int? = nil, detail: StepSettings.Detail = .none) -> StepSettings {
        StepSettings(
            step: step ?? self.step, learningRate: 0.01, labelSmoothing: labelSmoothing, detail: detail)
    }

    /// The scene with the first seed for which no ReLU and no max-pool of one training step is so near to deciding
    /// otherwise that a float engine's rounding could do it (2⁻¹⁶ where values are near 1).
    func decided() throws -> Scene {
        for seed in 1...20 {
            let scene = with { $0.seed = UInt64(seed) }
            let engine = try scene.engine(.reference) as! ReferenceEngine
            _ = try engine.train(scene.batch(), scene.settings())
            if engine.margin > 0x1p-16 { return scene }
        }
        throw Undecided(scene: testDescription)
    }

    struct Undecided: Error { let scene: String }
}

extension Engine {
    func read(_ kind: StateKind) throws -> ParameterSet {
        let set = ParameterSet(network.parameters)
        try read(kind, into: set)
        return set
    }

    func floats(_ kind: StateKind) throws -> [Float] { try read(kind).floats }
}

extension ParameterSet {
    /// A copy, which outlives this object.
    var floats: [Float] { Array(values) }
}

/// The largest difference between two tensors, measured in the largest value of the second; infinite where they have not
/// the same number of values, or none.
func distance(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Double {
    guard a.count == b.count, !a.isEmpty else { return .infinity }
    var (largest, difference) = (0.0, 0.0)
    for (a, b) in zip(a, b) {
        largest = max(largest, abs(Double(b)))
        difference = a.isFinite && b.isFinite ? max(difference, abs(Double(a) - Double(b))) : .infinity
    }
    return difference == 0 ? 0 : difference / largest
}
