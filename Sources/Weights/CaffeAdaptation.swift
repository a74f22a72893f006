// What turns the weights of a Caffe model into ours, so that the numbers are Caffe's: the first filters see red first, and
// normalisation with another k is made up for by the layers around it.
//
// With N(x; k) = x / (k + α/n Σ x²)^β and c = √(k / k′):  N(c·x; k) = c^(1−2β) · N(x; k′). So the layer in front of a
// normalisation is multiplied by c (what lies between is ReLU, to which a factor is nothing), the next by c^(2β−1).
// Caffe's models have k′ = 1, the paper's k = 2: then c = √2.

internal import Foundation
internal import Networks

struct CaffeAdaptation: Sendable {
    let notes: [String]
    private let network: Network
    /// By the parameter's name; 1 for others.
    private let factors: [String: Double]

    init(_ net: CaffeNet, _ network: Network) {
        self.network = network
        var notes = ["the first layer's filters now see red, green and blue, where Caffe's see blue first"]
        var factors: [String: Double] = [:]
        var given = net.layers.compactMap(\.normalization)[...]
        let hasNone = given.isEmpty
        var previous: Layer?
        var pending = 1.0
        for layer in network.layers {
            if case .localResponseNorm(let own) = layer.operation {
                let other =
                    given.popFirst()
                    ?? CaffeNet.Normalization(size: own.size, alpha: own.alpha, beta: own.beta)
                if (other.size, other.alpha, other.beta) != (own.size, own.alpha, own.beta)
                    || !(other.k > 0 && other.k.isFinite)
                {
                    notes.append(
                        "\(layer.name) is another in the file (size \(other.size), alpha \(other.alpha), beta "
                            + "\(other.beta), k \(other.k)): the outputs will not be Caffe's")
                    continue
                }
                let scale = (Double(own.k) / Double(other.k)).squareRoot()
                if scale == 1 { continue }
                notes.append(
                    "\(layer.name) has k \(other.k) \(hasNone ? "as Caffe has it by default" : "in the file") and "
                        + "\(own.k) here; the layers around make up for it")
                for role in ["weight", "bias"] {
                    if let prefix = previous?.parameterPrefix {
                        factors["\(prefix).\(role)", default: 1] *= scale
                    }
                }
                pending *= pow(scale, 2 * Double(own.beta) - 1)
            } else if let prefix = layer.parameterPrefix {
                factors["\(prefix).weight", default: 1] *= pending
                (previous, pending) = (layer, 1)
            }
        }
        let order = net.layers.map(\.type)
        if network.layers.contains(where: \.isNormalization),
            let pool = order.firstIndex(of: "Pooling"), let norm = order.firstIndex(of: "LRN"), pool < norm
        {
            notes.append(
                "the file is of CaffeNet, which pools before it normalises; \(network.name) does so after, and its outputs "
                    + "will be near Caffe's, not the same")
        }
        (self.notes, self.factors) = (notes, factors)
    }

    /// In place.
    func adapt(_ values: UnsafeMutableBufferPointer<Float>, _ parameter: Parameter) {
        if ChannelOrder.matters(parameter, of: network) {
            ChannelOrder.reverse(values, shape: parameter.shape)
        }
        guard let factor = factors[parameter.name], factor != 1 else { return }
        for index in values.indices { values[index] = Float(Double(values[index]) * factor) }
    }
}

extension Layer {
    fileprivate var isNormalization: Bool {
        if case .localResponseNorm = operation { true } else { false }
    }
}
