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
    let optimizer: Optimizer
    private let seed: UInt64
    /// By kind and parameter.
    private var state: [StateKind: [Reals]] = [:]
    private var lastScores: [Reals] = []
    /// Of the steps whose results have not been asked for.
    private var finished: [BatchResult] = []

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

    func begin(_ batch: Batch, _ settings: StepSettings) throws {
        finished.append(try step(batch, settings))
    }

    func results(waiting: Bool) -> [BatchResult] {
        defer { finished = [] }
        return finished
    }

    private func step(_ batch: Batch, _ settings: StepSettings) throws -> BatchResult {
        try check(batch)
        let gradients = network.parameters.map { Reals($0.count) }
        (margin, decisions, lastScores) = (.infinity, [], [])
        var result = BatchResult()
        var outputs: [[Double]] = []
        let images = optimizer.imagesPerPiece(capacity: capacity)
        for first in stride(from: 0, to: batch.count, by: images) {
            let slots = first..<min(first + images, batch.count)
            let masks = network.layers.indices.map { layer in
                slots.map { mask(layer, slot: $0, step: settings.step) }
            }
            let activations = forward(slots.map { input(batch, $0) }, masks, training: true)
            // Of the last piece in the end.
            if settings.detail == .distributions {
                outputs = activations.dropFirst().map { $0.flatMap(\.values) }
            }
            let smoothing = Double(settings.labelSmoothing)
            let errors = zip(slots, activations.last!).map { slot, scores in
                let label = Int(batch.labels[slot])
                add(scores, label, smoothing, to: &result)
                return Reference.lossBackward(scores, label: label, smoothing: smoothing).map {
                    $0 / Double(batch.count)
                }
            }
            backward(errors, activations, masks, gradients)
        }
        for (index, parameter) in network.parameters.enumerated() where isFrozen(parameter) {
            for i in 0..<parameter.count { gradients[index][i] = 0 }
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
        let slots = 0..<batch.count
        let masks = network.layers.indices.map { layer in
            slots.map { slot in step.flatMap { mask(layer, slot: slot, step: $0) } }
        }
        let activations = forward(slots.map { input(batch, $0) }, masks, training: false)
        for slot in slots { add(activations.last![slot], Int(batch.labels[slot]), 0, to: &result) }
        return result
    }

    func withAverages<T>(_ body: () throws -> T) rethrows -> T {
        func exchange() {
            if optimizer.averageDecay != nil {
                (state[.parameters], state[.average]) = (state[.average], state[.parameters])
            }
        }
        exchange()
        defer { exchange() }
        return try body()
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

    // MARK: - One batch

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

    /// - Parameter masks: of every layer and image.
    /// - Returns: the inputs and every layer's outputs.
    private func forward(_ inputs: [Reals], _ masks: [[Reals?]], training: Bool) -> [[Reals]] {
        var activations = [inputs]
        for (index, layer) in network.layers.enumerated() {
            let batch = activations[index]
            if case .batchNorm(let norm) = layer.operation {
                activations.append(normalized(batch, index, norm, training: training))
            } else {
                activations.append(zip(batch, masks[index]).map { forward(index, layer, $0, mask: $1) })
            }
        }
        return activations
    }

    private func backward(
        _ errors: [Reals], _ activations: [[Reals]], _ masks: [[Reals?]], _ gradients: [Reals]
    ) {
        var dy = errors
        for (index, layer) in network.layers.enumerated().reversed() {
            let batch = activations[index]
            if case .batchNorm(let norm) = layer.operation {
                let first = network.parameters.firstIndex { $0.layer == index }!
                let weight = parameters(index, .parameters).weight
                if isFrozen(network.parameters[first]) {
                    let variance = state[.parameters]![first + 3]
                    dy = dy.map {
                        Reference.fixedBatchNormBackward(
                            $0, layer.input, variance: variance, epsilon: Double(norm.epsilon), weight)
                    }
                } else {
                    dy = Reference.batchNormBackward(
                        batch, dy, layer.input, epsilon: Double(norm.epsilon), weight,
                        gradients[first], gradients[first + 1])
                }
            } else {
                dy = batch.indices.map {
                    backward(index, layer, batch[$0], dy[$0], mask: masks[index][$0], gradients)
                }
            }
        }
    }

    // MARK: - One image

    private func forward(_ index: Int, _ layer: Layer, _ x: Reals, mask: Reals?) -> Reals {
        switch layer.operation {
        case .convolution(let c):
            let (weight, bias) = parameters(index, .parameters)
            return Reference.convolution(x, layer, c, weight, bias)
        case .linear:
            let (weight, bias) = parameters(index, .parameters)
            return Reference.linear(x, weight, bias)
        case .relu:
            for value in x.values {
                margin = min(margin, abs(value))
                decisions.append(value > 0 ? 1 : 0)
            }
            return Reference.relu(x)
        case .localResponseNorm(let norm): return Reference.localResponseNorm(x, layer.input, norm)
        case .batchNorm: preconditionFailure("of a batch")
        case .maxPool(let pool):
            note(x, layer, pool)
            return Reference.maxPool(x, layer, pool)
        case .flatten: return x
        case .dropout: return mask.map { x.map(with: $0, *) } ?? x
        }
    }

    private func backward(
        _ index: Int, _ layer: Layer, _ x: Reals, _ dy: Reals, mask: Reals?, _ gradients: [Reals]
    ) -> Reals {
        switch layer.operation {
        case .convolution(let c):
            let (weight, _) = parameters(index, .parameters)
            let first = network.parameters.firstIndex { $0.layer == index }!
            return Reference.convolutionBackward(
                x, dy, layer, c, weight, gradients[first], gradients[first + 1])
        case .linear:
            let (weight, _) = parameters(index, .parameters)
            let first = network.parameters.firstIndex { $0.layer == index }!
            return Reference.linearBackward(x, dy, weight, gradients[first], gradients[first + 1])
        case .relu: return Reference.reluBackward(x, dy)
        case .localResponseNorm(let norm):
            return Reference.localResponseNormBackward(x, dy, layer.input, norm)
        case .batchNorm: preconditionFailure("of a batch")
        case .maxPool(let pool): return Reference.maxPoolBackward(x, dy, layer, pool)
        case .flatten: return dy
        case .dropout: return mask.map { dy.map(with: $0, *) } ?? dy
        }
    }

    // MARK: - Batch normalisation

    private func normalized(_ batch: [Reals], _ index: Int, _ norm: BatchNorm, training: Bool) -> [Reals] {
        let shape = network.layers[index].input
        let (weight, bias) = parameters(index, .parameters)
        let first = network.parameters.firstIndex { $0.layer == index }!
        let (runningMean, runningVariance) = (
            state[.parameters]![first + 2], state[.parameters]![first + 3]
        )
        var (mean, variance) = (runningMean.values, runningVariance.values)
        if training, !isFrozen(network.parameters[first]) {
            let moments = Reference.channelMoments(batch, shape)
            mean = moments.mean
            variance = moments.deviations.map { $0 / Double(moments.count) }
            let momentum = Double(norm.momentum)
            for channel in 0..<shape.channels {
                let estimate = moments.deviations[channel] / Double(max(1, moments.count - 1))
                runningMean[channel] = Double(
                    Float((1 - momentum) * runningMean[channel] + momentum * mean[channel]))
                runningVariance[channel] = Double(
                    Float((1 - momentum) * runningVariance[channel] + momentum * estimate))
            }
        }
        return batch.map {
            Reference.batchNorm(
                $0, shape, mean: mean, variance: variance, epsilon: Double(norm.epsilon), weight, bias)
        }
    }

    private func parameters(_ layer: Int, _ kind: StateKind) -> (weight: Reals, bias: Reals) {
        let first = network.parameters.firstIndex { $0.layer == layer }!
        return (state[kind]![first], state[kind]![first + 1])
    }

    private func add(_ scores: Reals, _ label: Int, _ smoothing: Double, to result: inout BatchResult) {
        let rank = Reference.rank(scores, label: label)
        result.count += 1
        result.loss += Reference.loss(scores, label: label, smoothing: smoothing)
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
            case .relu, .localResponseNorm, .batchNorm, .dropout: continue
            }
        }
        return network.input
    }

    // MARK: - Update

    private func update(_ settings: StepSettings) {
        let momentum = Double(optimizer.momentum)
        let gradients = clippedGradients(state[.gradients]!)
        for (index, parameter) in network.parameters.enumerated()
        where parameter.role.isLearned && !isFrozen(parameter) {
            let isBias = isBias(parameter)
            let layer = layerRule(parameter)
            var rate = Double(settings.learningRate) * (isBias ? Double(optimizer.biasRate) : 1)
            rate *= Double(layer.rate)
            let decay = Double(isBias ? optimizer.biasDecay : optimizer.weightDecay) * Double(layer.decay)
            let (w, g) = (state[.parameters]![index], gradients[index])
            if case .lars(let trust) = optimizer.method, parameter.shape.count > 1 {
                rate *= trustRatio(w, g, decay, Double(trust))
            }
            let (m, v) = (state[.firstMoment]![index], state[.secondMoment]![index])
            for i in 0..<w.count {
                switch optimizer.method {
                case .sgd, .lars:
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
                case .adamW(let beta2, let epsilon):
                    let (beta2, t) = (Double(beta2), Double(settings.step + 1))
                    w[i] -= rate * decay * w[i]
                    m[i] = momentum * m[i] + (1 - momentum) * g[i]
                    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
                    let mean = m[i] / (1 - power(momentum, t))
                    let square = v[i] / (1 - power(beta2, t))
                    w[i] -= rate * mean / (square.squareRoot() + Double(epsilon))
                }
                (w[i], m[i], v[i]) = (Double(Float(w[i])), Double(Float(m[i])), Double(Float(v[i])))
            }
        }
        updateAverages()
    }

    /// Of running statistics too.
    private func updateAverages() {
        guard let decay = optimizer.averageDecay else { return }
        for (average, w) in zip(state[.average]!, state[.parameters]!) {
            for i in 0..<w.count {
                average[i] = Double(Float(decay * average[i] + (1 - decay) * w[i]))
            }
        }
    }
}
