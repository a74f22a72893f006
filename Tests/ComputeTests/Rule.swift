// Optimisers as tests go through them, each by a name: every method, and what may be done beside it. Biases learn
// otherwise than weights in all.

import Compute
import Testing

struct Rule: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let optimizer: Optimizer

    init(
        _ description: String, _ method: Optimizer.Method, decay: Float = 0.05, biasDecay: Float = 0.01,
        _ change: (inout Optimizer) -> Void = { _ in }
    ) {
        testDescription = description
        var optimizer = Optimizer(
            method: method, momentum: 0.9, weightDecay: decay, biasRate: 2, biasDecay: biasDecay)
        change(&optimizer)
        self.optimizer = optimizer
    }

    static let adam = Optimizer.Method.adam(beta2: 0.999, epsilon: 1e-8)
    static let adamW = Optimizer.Method.adamW(beta2: 0.999, epsilon: 1e-8)

    static let methods = [
        Rule("sgd", .sgd), Rule("nesterov", .nesterov), Rule("adam", adam), Rule("adamw", adamW),
        Rule("lars", .lars(trust: 0.1)),
    ]

    /// Of `Scenes.torchvision`'s layers, and of other networks whose layers bear these numbers. The limits are low enough to
    /// be felt.
    static let others = [
        Rule("adamw, norm clipped", adamW) { $0.clipping = .norm(0.5) },
        Rule("lars, values clipped", .lars(trust: 0.1)) { $0.clipping = .value(0.01) },
        Rule("layers of their own", .sgd) {
            $0.layers = ["0": .init(rate: 0.1, decay: 0), "12": .init(rate: 5, decay: 2)]
        },
        Rule("adam, the middle frozen, norm clipped", adam) {
            $0.layers = ["3": .init(isFrozen: true), "9": .init(isFrozen: true)]
            $0.clipping = .norm(0.5)
        },
        Rule("adam, averages kept", adam) { $0.averageDecay = 0.99 },
        Rule("in two pieces, norm clipped", .sgd) { ($0.accumulation, $0.clipping) = (2, .norm(0.5)) },
        Rule("the beginning frozen", .sgd) {
            $0.layers = ["0": .init(isFrozen: true), "3": .init(isFrozen: true), "12": .init(rate: 5)]
        },
    ]

    static let all = methods + others
}
