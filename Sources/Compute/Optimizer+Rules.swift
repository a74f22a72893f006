// What an optimiser does to gradients before it uses them, and differently from one layer to the next.

internal import Glibc
package import Networks

extension Optimizer {
    package enum Clipping: Hashable, Sendable {
        case none
        /// As torch.nn.utils.clip_grad_norm_: all gradients times limit / (norm + 10⁻⁶), at most 1, with the Euclidean norm
        /// over all that learn.
        case norm(Float)
        /// As torch.nn.utils.clip_grad_value_: every gradient held between −limit and limit.
        case value(Float)
    }

    /// How a layer learns beside the others.
    package struct LayerRule: Hashable, Sendable {
        /// Multiples of the rates of its weight and bias, and of their decays.
        package var rate: Float
        package var decay: Float
        /// Nothing of it changes: no update, no decay, no moments, no statistics that a layer keeps of its input.
        package var isFrozen: Bool

        package init(rate: Float = 1, decay: Float = 1, isFrozen: Bool = false) {
            (self.rate, self.decay, self.isFrozen) = (rate, decay, isFrozen)
        }
    }

    /// What holds for one parameter.
    package struct ParameterRule: Hashable, Sendable {
        /// Of the learning rate, as a multiple.
        package let rate: Float
        package let decay: Float
        package let isFrozen: Bool
        /// Whether `lars` scales its rate.
        package let isScaled: Bool
    }

    package func rule(for parameter: Parameter, of network: Network) -> ParameterRule {
        let layer = layers[network.layers[parameter.layer].name] ?? LayerRule()
        let isScaled = parameter.shape.count > 1
        // What LARS does not scale, the weights of a normalisation too, would run away at its rates.
        let isBias = parameter.role == .bias || (isLARS && !isScaled)
        return ParameterRule(
            rate: (isBias ? biasRate : 1) * layer.rate,
            decay: (isBias ? biasDecay : weightDecay) * layer.decay,
            isFrozen: layer.isFrozen, isScaled: isScaled)
    }

    /// Gradients go back no further than to this layer; behind the last one where nothing learns.
    /// - Parameter rules: of the network's parameters.
    package static func lowestLearner(of network: Network, _ rules: [ParameterRule]) -> Int {
        zip(network.parameters, rules).first { $0.role.isLearned && !$1.isFrozen }?.0.layer
            ?? network.layers.count
    }

    /// Adam's 1 − β₁ᵗ and √(1 − β₂ᵗ) of the step after so many; 1 for the others.
    package func corrections(afterSteps steps: Int) -> (Float, Float) {
        switch method {
        case .sgd, .nesterov, .lars: return (1, 1)
        case .adam(let beta2, _), .adamW(let beta2, _):
            let t = Double(steps + 1)
            return (Float(1 - pow(Double(momentum), t)), Float((1 - pow(Double(beta2), t)).squareRoot()))
        }
    }

    private var isLARS: Bool { if case .lars = method { true } else { false } }

    /// Whether no weight can be updated before whole gradients are there, for their norms.
    package var needsNorms: Bool {
        isLARS || clipping != .none
    }
}
