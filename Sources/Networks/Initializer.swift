// Initial weights. Every tensor draws from its own Philox stream, so the same seed gives the same network whatever else
// changes.
//
//   he            convolutions N(0, √(2 / fan-in)) (He et al. 2015), linear layers N(0, 1/√(3 · fan-in)), biases 0. For a
//                 standardised input. The linear layers have the variance of torch's: about the paper's 0.01 at full
//                 width, and in keeping at others. With He's there too, training stands still for twice as long.
//   torch         U(±1/√fan-in) for weights and biases: what torch.nn.Conv2d and Linear start from.
//   cuda-convnet  the 2012 code (layers-145.cfg): σ 0.01, conv3–5 0.03; biases 1 in conv2, 4, 5, fc6, fc7.
//   paper         the paper's text: σ 0.01 throughout, the same biases.
//   caffe         bvlc_reference: σ 0.01 for convolutions and fc8, 0.005 for fc6–7; biases 0.1 where the paper has 1.
//
// A batch normalisation begins as torch's with each: weight 1, bias 0, running mean 0 and variance 1.
//
// The last three were made for an input of 0–255 minus the mean; `standardizesInput` says which kind a scheme expects.

internal import Randomness

package enum Initializer: Sendable {
    case he, torch, cudaConvnet, paper, caffe

    /// Whether the input is divided by its standard deviation.
    package var standardizesInput: Bool { self == .he || self == .torch }

    /// Fills one tensor.
    /// - Parameters:
    ///   - values: the tensor at `index` of `network.parameters`, any layout (draws are independent of position).
    package func fill(
        _ values: UnsafeMutableBufferPointer<Float>, _ index: Int, of network: Network, seed: UInt64
    ) {
        let parameter = network.parameters[index]
        if case .batchNorm = network.layers[parameter.layer].operation {
            return values.update(repeating: [.weight, .runningVariance].contains(parameter.role) ? 1 : 0)
        }
        let weight = parameter.role == .weight ? parameter : network.parameters[index - 1]
        let fanIn = Float(weight.shape.dropFirst().reduce(1, *))
        let stream = UInt32(index)
        if self == .torch {
            let bound = 1 / fanIn.squareRoot()
            Philox.fillUniform(
                values, seed: seed, purpose: .initialization, stream: stream, low: -bound, high: bound)
        } else if parameter.role == .bias {
            values.update(repeating: bias(network.layers[parameter.layer].name))
        } else {
            let deviation = deviation(network.layers[parameter.layer], fanIn: fanIn)
            Philox.fillNormal(
                values, seed: seed, purpose: .initialization, stream: stream, deviation: deviation)
        }
    }

    private func bias(_ layer: String) -> Float {
        let biased = ["conv2", "conv4", "conv5", "fc6", "fc7"].contains(layer)
        switch self {
        case .cudaConvnet, .paper: return biased ? 1 : 0
        case .caffe: return biased ? 0.1 : 0
        case .he, .torch: return 0
        }
    }

    private func deviation(_ layer: Layer, fanIn: Float) -> Float {
        switch self {
        case .he, .torch:
            if case .linear = layer.operation {
                1 / (3 * fanIn).squareRoot()
            } else {
                (2 / fanIn).squareRoot()
            }
        case .cudaConvnet: ["conv3", "conv4", "conv5"].contains(layer.name) ? 0.03 : 0.01
        case .paper: 0.01
        case .caffe: ["fc6", "fc7"].contains(layer.name) ? 0.005 : 0.01
        }
    }
}
