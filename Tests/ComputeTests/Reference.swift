// What each layer computes, on one image, in double, in PyTorch's layouts: channels, rows, columns. Written to be read
// as a specification; the other engines are measured against it. No loop here is clever.

import Networks

enum Reference {
    /// The index of (channel, row, column) in an image of this shape.
    private static func at(_ shape: Shape, _ channel: Int, _ row: Int, _ column: Int) -> Int {
        (channel * shape.height + row) * shape.width + column
    }

    // MARK: - Convolution

    /// Calls `body` with the index of the output, the input and the weight for each product of a convolution.
    private static func products(
        _ layer: Layer, _ c: Convolution, _ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void
    ) {
        let (input, output) = (layer.input, layer.output)
        let (inputs, outputs) = (input.channels / c.groups, c.outputs / c.groups)
        for o in 0..<c.outputs {
            for channel in 0..<inputs {
                let source = o / outputs * inputs + channel
                for ky in 0..<c.kernel {
                    for kx in 0..<c.kernel {
                        let weight = ((o * inputs + channel) * c.kernel + ky) * c.kernel + kx
                        for i in 0..<output.height {
                            let y = i * c.stride + ky - c.padding
                            if y < 0 || y >= input.height { continue }
                            for j in 0..<output.width {
                                let x = j * c.stride + kx - c.padding
                                if x < 0 || x >= input.width { continue }
                                body(at(output, o, i, j), at(input, source, y, x), weight)
                            }
                        }
                    }
                }
            }
        }
    }

    static func convolution(_ x: Reals, _ layer: Layer, _ c: Convolution, _ weight: Reals, _ bias: Reals)
        -> Reals
    {
        let y = Reals(layer.output.count)
        let plane = layer.output.height * layer.output.width
        for index in 0..<y.count { y[index] = bias[index / plane] }
        let (from, w, to) = (x.pointer, weight.pointer, y.pointer)
        products(layer, c) { o, i, k in to[o] += from[i] * w[k] }
        return y
    }

    /// Adds to the gradients of weight and bias; returns the input's.
    static func convolutionBackward(
        _ x: Reals, _ dy: Reals, _ layer: Layer, _ c: Convolution, _ weight: Reals, _ dWeight: Reals,
        _ dBias: Reals
    ) -> Reals {
        let dx = Reals(layer.input.count)
        let plane = layer.output.height * layer.output.width
        for index in 0..<dy.count { dBias[index / plane] += dy[index] }
        let (from, w, error, dw, to) = (x.pointer, weight.pointer, dy.pointer, dWeight.pointer, dx.pointer)
        products(layer, c) { o, i, k in
            dw[k] += error[o] * from[i]
            to[i] += error[o] * w[k]
        }
        return dx
    }

    // MARK: - Linear

    static func linear(_ x: Reals, _ weight: Reals, _ bias: Reals) -> Reals {
        let y = Reals(bias.count)
        for o in 0..<y.count {
            y[o] = bias[o]
            for i in 0..<x.count { y[o] += weight[o * x.count + i] * x[i] }
        }
        return y
    }

    static func linearBackward(_ x: Reals, _ dy: Reals, _ weight: Reals, _ dWeight: Reals, _ dBias: Reals)
        -> Reals
    {
        let dx = Reals(x.count)
        for o in 0..<dy.count {
            dBias[o] += dy[o]
            for i in 0..<x.count {
                dWeight[o * x.count + i] += dy[o] * x[i]
                dx[i] += dy[o] * weight[o * x.count + i]
            }
        }
        return dx
    }

    // MARK: - ReLU

    /// NaN stays NaN: a network that has gone wrong must show it.
    static func relu(_ x: Reals) -> Reals { x.map { $0 <= 0 ? 0 : $0 } }

    static func reluBackward(_ x: Reals, _ dy: Reals) -> Reals { dy.map(with: x) { dy, x in x > 0 ? dy : 0 } }

    // MARK: - Local response normalisation

    /// The k + α/n Σ x² of every unit.
    private static func scales(_ x: Reals, _ shape: Shape, _ norm: LocalResponseNorm) -> Reals {
        let scales = Reals(x.count)
        eachNeighbor(shape, norm) { unit, neighbor in scales[unit] += x[neighbor] * x[neighbor] }
        return scales.map { Double(norm.k) + Double(norm.alpha) / Double(norm.size) * $0 }
    }

    /// Calls `body` with each unit and each unit of its window, itself too.
    private static func eachNeighbor(
        _ shape: Shape, _ norm: LocalResponseNorm, _ body: (_ unit: Int, _ neighbor: Int) -> Void
    ) {
        let plane = shape.height * shape.width
        for channel in 0..<shape.channels {
            let first = max(0, channel - norm.size / 2)
            let last = min(shape.channels - 1, channel + (norm.size - 1) / 2)
            for other in first...last {
                for place in 0..<plane { body(channel * plane + place, other * plane + place) }
            }
        }
    }

    static func localResponseNorm(_ x: Reals, _ shape: Shape, _ norm: LocalResponseNorm) -> Reals {
        x.map(with: scales(x, shape, norm)) { x, scale in x * power(scale, -Double(norm.beta)) }
    }

    static func localResponseNormBackward(_ x: Reals, _ dy: Reals, _ shape: Shape, _ norm: LocalResponseNorm)
        -> Reals
    {
        let scales = scales(x, shape, norm)
        let dx = dy.map(with: scales) { dy, scale in dy * power(scale, -Double(norm.beta)) }
        // ∂y[unit]/∂scale[unit] · ∂scale[unit]/∂x[neighbor], for every unit that sees this neighbour.
        let factor = 2 * Double(norm.alpha) / Double(norm.size) * Double(norm.beta)
        let inner = Reals(x.count)
        for unit in 0..<x.count {
            inner[unit] = factor * dy[unit] * x[unit] * power(scales[unit], -Double(norm.beta) - 1)
        }
        eachNeighbor(shape, norm) { unit, neighbor in dx[neighbor] -= inner[unit] * x[neighbor] }
        return dx
    }

    // MARK: - Max pooling

    /// For each output the index of its input: the largest in the window; the first of equals, by rows, then columns.
    /// NaN counts as largest.
    static func largest(_ x: Reals, _ layer: Layer, _ pool: MaxPool) -> [Int] {
        var indices: [Int] = []
        for channel in 0..<layer.output.channels {
            for i in 0..<layer.output.height {
                for j in 0..<layer.output.width {
                    var best = at(layer.input, channel, i * pool.stride, j * pool.stride)
                    for ky in 0..<pool.kernel {
                        for kx in 0..<pool.kernel {
                            let index = at(layer.input, channel, i * pool.stride + ky, j * pool.stride + kx)
                            if x[index] > x[best] || (x[index].isNaN && !x[best].isNaN) { best = index }
                        }
                    }
                    indices.append(best)
                }
            }
        }
        return indices
    }

    static func maxPool(_ x: Reals, _ layer: Layer, _ pool: MaxPool) -> Reals {
        Reals(largest(x, layer, pool).map { x[$0] })
    }

    static func maxPoolBackward(_ x: Reals, _ dy: Reals, _ layer: Layer, _ pool: MaxPool) -> Reals {
        let dx = Reals(x.count)
        for (output, input) in largest(x, layer, pool).enumerated() { dx[input] += dy[output] }
        return dx
    }

    // MARK: - Softmax cross-entropy

    /// −log softmax(scores)[label] in nats.
    static func loss(_ scores: Reals, label: Int) -> Double {
        let largest = scores.values.max() ?? 0
        var sum = 0.0
        for score in scores.values { sum += exponential(score - largest) }
        return logarithm(sum) + largest - scores[label]
    }

    /// The mean of the losses of all labels with the weights of a label that is smoothed: all have a share alike.
    static func loss(_ scores: Reals, label: Int, smoothing: Double) -> Double {
        let own = loss(scores, label: label)
        let all = scores.values.reduce(0) { $0 + own + scores[label] - $1 }
        return (1 - smoothing) * own + smoothing * all / Double(scores.count)
    }

    static func lossBackward(_ scores: Reals, label: Int, smoothing: Double = 0) -> Reals {
        let largest = scores.values.max() ?? 0
        let powers = scores.map { exponential($0 - largest) }
        let sum = powers.values.reduce(0, +)
        let gradient = powers.map { $0 / sum - smoothing / Double(scores.count) }
        gradient[label] -= 1 - smoothing
        return gradient
    }

    /// How many classes stand before the label's; of equal scores the lower index stands first.
    static func rank(_ scores: Reals, label: Int) -> Int {
        (0..<scores.count).count { scores[$0] > scores[label] || (scores[$0] == scores[label] && $0 < label) }
    }
}
