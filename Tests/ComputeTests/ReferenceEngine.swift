// The plain conformer: chains `Reference`'s layers in double and applies the optimisers as their papers write them.
// Between steps parameters and moments are rounded to Float, so that reading and loading them loses nothing.

import CKernels
import Compute
import Networks
import Randomness

final class ReferenceEngine: Engine {
    let network: Network
    let capacity: Int
    let fingerprint = ["device": "reference"]

    private let normalization: Normalization
    private let optimizer: Optimizer
    private let seed: UInt64
    /// By kind and parameter.
    private var state: [StateKind: [Reals]] = [:]
    private var lastScores: [Reals] = []

    /// The nearest that any ReLU or max-pool of the last pass came to deciding otherwise. A float engine agrees with
    /// this one only where its rounding is far smaller.
    private(set) var margin = Double.infinity
    /// What every ReLU and max-pool of the last pass decided.
    private(set) var decisions: [Int] = []

    init(network: Network, capacity: Int, normalization: Normalization, optimizer: Optimizer, seed: UInt64) {
        self.network = network
        self.capacity = capacity
        self.normalization = normalization
        self.optimizer = optimizer
        self.seed = seed
        for kind in StateKind.allCases { state[kind] = network.parameters.map { Reals($0.count) } }
    }

    struct BadBatch: Error {}

    func train(_ batch: Batch, _ settings: StepSettings) throws -> BatchResult {
        try check(batch)
        let gradients = network.parameters.map { Reals($0.count) }
        (margin, decisions, lastScores) = (.infinity, [], [])
        var result = BatchResult()
        var outputs = network.layers.map { _ in [Double]() }
        for slot in 0..<batch.count {
            let masks = network.layers.indices.map { mask($0, slot: slot, step: settings.step) }
            let activations = forward(input(batch, slot), masks)
            let label = Int(batch.labels[slot])
            add(activations.last!, label, to: &result)
            if settings.detail == .distributions {
                for layer in outputs.indices { outputs[layer] += activations[layer + 1].values }
            }
            let error = Reference.lossBackward(activations.last!, label: label).map {
                $0 / Double(batch.count)
            }
            backward(error, activations, masks, gradients)
        }
        state[.gradients] = gradients
        let before = state[.parameters]!.map(\.values)
        update(settings)
        if settings.detail > .none {
            result.statistics = statistics(before, gradients, outputs, settings.detail)
        }
        return result
    }

    func evaluate(_ batch: Batch) throws -> BatchResult { try evaluation(batch, droppingAt: nil) }

    func evaluate(_ batch: Batch, droppingAt step: Int) throws -> BatchResult {
        try evaluation(batch, droppingAt: step)
    }

    private func evaluation(_ batch: Batch, droppingAt step: Int?) throws -> BatchResult {
        try check(batch)
        (margin, decisions, lastScores) = (.infinity, [], [])
        var result = BatchResult()
        for slot in 0..<batch.count {
            let masks = network.layers.indices.map { layer in
                step.flatMap { mask(layer, slot: slot, step: $0) }
            }
            let scores = forward(input(batch, slot), masks).last!
            add(scores, Int(batch.labels[slot]), to: &result)
        }
        return result
    }

    var timings: LayerTimings?

    func parameter(_ index: Int) -> [Float] { state[.parameters]![index].values.map { Float($0) } }

    var parameterValues: [[Double]] { state[.parameters]!.map(\.values) }

    func scores() -> [Float] { lastScores.flatMap { $0.values.map { Float($0) } } }

    func read(_ kind: StateKind, into set: ParameterSet) {
        for (index, values) in state[kind]!.enumerated() {
            for i in 0..<values.count { set[index][i] = Float(values[i]) }
        }
    }

    func load(_ kind: StateKind, from set: ParameterSet) {
        state[kind] = network.parameters.indices.map { Reals(set[$0].map { Double($0) }) }
    }

    // MARK: - One image

    /// Crop, mirror, add the colour, normalise.
    private func input(_ batch: Batch, _ slot: Int) -> Reals {
        let (shape, draw) = (network.input, batch.draws[slot])
        let x = Reals(shape.count)
        for channel in 0..<3 {
            for row in 0..<shape.height {
                for column in 0..<shape.width {
                    let source = draw.flip ? shape.width - 1 - column : column
                    let offset = ((Int(draw.top) + row) * Batch.side + Int(draw.left) + source) * 3 + channel
                    let pixel = Double(batch.image(slot)[offset])
                    let mean = normalization.meanImage?[offset] ?? normalization.mean[channel]
                    x[(channel * shape.height + row) * shape.width + column] =
                        (pixel + Double(draw.color[channel]) - Double(mean))
                        / Double(normalization.deviation[channel])
                }
            }
        }
        return x
    }

    /// - Returns: the input and every layer's output.
    private func forward(_ input: Reals, _ masks: [Reals?]) -> [Reals] {
        var activations = [input]
        for (index, layer) in network.layers.enumerated() {
            let x = activations[index]
            switch layer.operation {
            case .convolution(let c):
                let (weight, bias) = parameters(index, .parameters)
                activations.append(Reference.convolution(x, layer, c, weight, bias))
            case .linear:
                let (weight, bias) = parameters(index, .parameters)
                activations.append(Reference.linear(x, weight, bias))
            case .relu:
                activations.append(Reference.relu(x))
                for value in x.values {
                    margin = min(margin, abs(value))
                    decisions.append(value > 0 ? 1 : 0)
                }
            case .localResponseNorm(let norm):
                activations.append(Reference.localResponseNorm(x, layer.input, norm))
            case .maxPool(let pool):
                activations.append(Reference.maxPool(x, layer, pool))
                note(x, layer, pool)
            case .flatten: activations.append(x)
            case .dropout: activations.append(masks[index].map { x.map(with: $0, *) } ?? x)
            }
        }
        return activations
    }

    private func backward(_ error: Reals, _ activations: [Reals], _ masks: [Reals?], _ gradients: [Reals]) {
        var dy = error
        for (index, layer) in network.layers.enumerated().reversed() {
            let x = activations[index]
            switch layer.operation {
            case .convolution(let c):
                let (weight, _) = parameters(index, .parameters)
                let first = network.parameters.firstIndex { $0.layer == index }!
                dy = Reference.convolutionBackward(
                    x, dy, layer, c, weight, gradients[first], gradients[first + 1])
            case .linear:
                let (weight, _) = parameters(index, .parameters)
                let first = network.parameters.firstIndex { $0.layer == index }!
                dy = Reference.linearBackward(x, dy, weight, gradients[first], gradients[first + 1])
            case .relu: dy = Reference.reluBackward(x, dy)
            case .localResponseNorm(let norm):
                dy = Reference.localResponseNormBackward(x, dy, layer.input, norm)
            case .maxPool(let pool): dy = Reference.maxPoolBackward(x, dy, layer, pool)
            case .flatten: break
            case .dropout: dy = masks[index].map { dy.map(with: $0, *) } ?? dy
            }
        }
    }

    private func parameters(_ layer: Int, _ kind: StateKind) -> (weight: Reals, bias: Reals) {
        let first = network.parameters.firstIndex { $0.layer == layer }!
        return (state[kind]![first], state[kind]![first + 1])
    }

    private func add(_ scores: Reals, _ label: Int, to result: inout BatchResult) {
        let rank = Reference.rank(scores, label: label)
        result.count += 1
        result.loss += Reference.loss(scores, label: label)
        result.top1Errors += rank < 1 ? 0 : 1
        result.top5Errors += rank < 5 ? 0 : 1
        lastScores.append(scores)
    }

    /// Ties of exactly equal values are no danger to the margin: every engine must break them in the same way.
    private func note(_ x: Reals, _ layer: Layer, _ pool: MaxPool) {
        let (input, output) = (layer.input, layer.output)
        for (index, best) in Reference.largest(x, layer, pool).enumerated() {
            decisions.append(best)
            let channel = index / (output.height * output.width)
            let (row, column) = (index / output.width % output.height, index % output.width)
            for ky in 0..<pool.kernel {
                for kx in 0..<pool.kernel {
                    let (y, z) = (row * pool.stride + ky, column * pool.stride + kx)
                    let gap = x[best] - x[(channel * input.height + y) * input.width + z]
                    if gap > 0 { margin = min(margin, gap) }
                }
            }
        }
    }

    private func check(_ batch: Batch) throws {
        guard (1...capacity).contains(batch.count) else { throw BadBatch() }
        let last = Int32(Batch.side - network.input.height)
        for slot in 0..<batch.count {
            let draw = batch.draws[slot]
            guard (0..<Int32(network.classes)).contains(batch.labels[slot]), (0...last).contains(draw.top),
                (0...last).contains(draw.left)
            else { throw BadBatch() }
        }
    }

    // MARK: - Dropout

    /// 0 for a dropped unit, 1 / (1 − rate) for a kept one; nil for layers of another kind. A unit's random word
    /// follows from its index in rows, columns, channels if it is (or was, before `flatten`) part of an image.
    private func mask(_ layerIndex: Int, slot: Int, step: Int) -> Reals? {
        let layer = network.layers[layerIndex]
        guard case .dropout(let rate) = layer.operation else { return nil }
        let threshold = UInt32(clamping: Int64((Double(rate) * 0x1p32).rounded(.down)))
        let image = imageShape(before: layerIndex)
        let mask = Reals(layer.output.count)
        for index in 0..<mask.count {
            var unit = index
            if let image {
                let plane = image.height * image.width
                unit = index % plane * image.channels + index / plane
            }
            let counter = [
                UInt32(unit / 4), UInt32(slot), UInt32(truncatingIfNeeded: step),
                Purpose.dropout.rawValue | UInt32(layerIndex) << 8 | UInt32(truncatingIfNeeded: step >> 32)
                    << 24,
            ]
            var words: [UInt32] = [0, 0, 0, 0]
            philox4x32(
                counter, [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)], &words)
            mask[index] = words[unit % 4] < threshold ? 0 : Double(1 / (1 - rate))
        }
        return mask
    }

    /// The shape of the image whose units a layer sees, nil after a linear layer.
    private func imageShape(before layerIndex: Int) -> Shape? {
        for layer in network.layers[..<layerIndex].reversed() {
            switch layer.operation {
            case .linear: return nil
            case .flatten: return layer.input
            case .convolution, .maxPool: return layer.output
            case .relu, .localResponseNorm, .dropout: continue
            }
        }
        return network.input
    }

    // MARK: - Update

    private func update(_ settings: StepSettings) {
        let momentum = Double(optimizer.momentum)
        for (index, parameter) in network.parameters.enumerated() {
            let isBias = parameter.role == .bias
            let rate = Double(settings.learningRate) * (isBias ? Double(optimizer.biasRate) : 1)
            let decay = Double(isBias ? optimizer.biasDecay : optimizer.weightDecay)
            let (w, g) = (state[.parameters]![index], state[.gradients]![index])
            let (m, v) = (state[.firstMoment]![index], state[.secondMoment]![index])
            for i in 0..<w.count {
                switch optimizer.method {
                case .sgd:
                    m[i] = momentum * m[i] - rate * decay * w[i] - rate * g[i]
                    w[i] += m[i]
                case .nesterov:
                    let pull = rate * (g[i] + decay * w[i])
                    m[i] = momentum * m[i] - pull
                    w[i] += momentum * m[i] - pull
                case .adam(let beta2, let epsilon):
                    let (beta2, t) = (Double(beta2), Double(settings.step + 1))
                    let gradient = g[i] + decay * w[i]
                    m[i] = momentum * m[i] + (1 - momentum) * gradient
                    v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient
                    let mean = m[i] / (1 - power(momentum, t))
                    let square = v[i] / (1 - power(beta2, t))
                    w[i] -= rate * mean / (square.squareRoot() + Double(epsilon))
                }
                (w[i], m[i], v[i]) = (Double(Float(w[i])), Double(Float(m[i])), Double(Float(v[i])))
            }
        }
    }
}
