// What the reference's gradients go through before the update, as PyTorch and the papers write it, and which of its layers
// learn.

import Compute
import Networks

extension ReferenceEngine {
    func layerRule(_ parameter: Parameter) -> Optimizer.LayerRule {
        optimizer.layers[network.layers[parameter.layer].name] ?? Optimizer.LayerRule()
    }

    func isFrozen(_ parameter: Parameter) -> Bool { layerRule(parameter).isFrozen }

    /// Under LARS a normalisation's weight goes with the biases: neither is scaled.
    func isBias(_ parameter: Parameter) -> Bool {
        if case .lars = optimizer.method, parameter.shape.count == 1 { return true }
        return parameter.role == .bias
    }

    func clippedGradients(_ gradients: [Reals]) -> [Reals] {
        switch optimizer.clipping {
        case .none: return gradients
        case .norm(let limit):
            let total = gradients.reduce(0) { $0 + square(norm($1)) }.squareRoot()
            let coefficient = min(1, Double(limit) / (total + 1e-6))
            return gradients.map { $0.map { $0 * coefficient } }
        case .value(let limit):
            return gradients.map { $0.map { max(-Double(limit), min(Double(limit), $0)) } }
        }
    }

    /// You, Gitman & Ginsburg 2017, equation 6.
    func trustRatio(_ w: Reals, _ g: Reals, _ decay: Double, _ trust: Double) -> Double {
        let (weight, gradient) = (norm(w), norm(g))
        return weight > 0 && gradient > 0 ? trust * weight / (gradient + decay * weight + 1e-9) : 1
    }

    private func square(_ x: Double) -> Double { x * x }

    private func norm(_ x: Reals) -> Double { x.values.reduce(0) { $0 + square($1) }.squareRoot() }
}
