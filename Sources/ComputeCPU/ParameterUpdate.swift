// One step of an optimiser, as it applies to a range of weights or biases: the same wherever the update happens, in a pass
// of its own or inside a layer's backward pass.

internal import CKernels
internal import Compute

struct ParameterUpdate {
    private let method: Optimizer.Method
    private let rule: update_rule
    /// Adam's 1 − β₁ᵗ and √(1 − β₂ᵗ).
    private let corrections: (first: Float, second: Float)

    /// - Parameters:
    ///   - parameter: whose weights they are.
    ///   - ratio: by which LARS changes the rate.
    init(
        _ optimizer: Optimizer, _ parameter: Optimizer.ParameterRule, _ settings: StepSettings,
        ratio: Float = 1
    ) {
        method = optimizer.method
        rule = update_rule(
            rate: settings.learningRate * parameter.rate * ratio, momentum: optimizer.momentum,
            decay: parameter.decay)
        corrections = optimizer.corrections(afterSteps: settings.step)
    }

    /// - Parameters:
    ///   - place: of the range in every state buffer.
    ///   - gradient: of the range.
    func apply(_ state: OptimizerState, at place: Int, _ gradient: Floats, _ count: Int) {
        let (w, v) = (state.parameters + place, state.firstMoment + place)
        var rule = rule
        switch method {
        case .sgd, .lars: update_sgd(&rule, w, v, gradient, count)
        case .nesterov: update_nesterov(&rule, w, v, gradient, count)
        case .adam(let beta2, let epsilon):
            update_adam(
                &rule, beta2, epsilon, corrections.first, corrections.second, w, v,
                state.secondMoment + place,
                gradient, count)
        case .adamW(let beta2, let epsilon):
            update_adamw(
                &rule, beta2, epsilon, corrections.first, corrections.second, w, v,
                state.secondMoment + place, gradient, count)
        }
    }
}

/// Where the numbers of all parameters lie, or those of one from its first on.
struct OptimizerState {
    let parameters: Floats
    let gradients: Floats
    let firstMoment: Floats
    /// That of the first where the optimiser keeps no second.
    let secondMoment: Floats

    static func + (state: OptimizerState, offset: Int) -> OptimizerState {
        OptimizerState(
            parameters: state.parameters + offset, gradients: state.gradients + offset,
            firstMoment: state.firstMoment + offset, secondMoment: state.secondMoment + offset)
    }
}
