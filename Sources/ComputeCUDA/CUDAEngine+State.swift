// Parameters, gradients and moments in and out in canonical form, the averages in the parameters' place, and what is said of
// a step beside its loss.

internal import CCUDA
package import Compute
internal import Glibc

extension CUDAEngine {
    package func read(_ kind: StateKind, into set: ParameterSet) throws {
        precondition(set.parameters == network.parameters, "parameters of another network")
        try context.stream.device.makeCurrent()
        for index in network.parameters.indices {
            guard let values = set[index].baseAddress else { continue }
            try buffers.parameters.read(kind, index, into: values, context)
        }
    }

    package func load(_ kind: StateKind, from set: ParameterSet) throws {
        precondition(set.parameters == network.parameters, "parameters of another network")
        try context.stream.device.makeCurrent()
        for index in network.parameters.indices {
            guard let values = set[index].baseAddress else { continue }
            try buffers.parameters.load(kind, index, from: values, context)
        }
        if kind == .parameters { try buffers.parameters.renewCopies(context) }
    }

    package func parameter(_ index: Int) throws -> [Float] {
        try context.stream.device.makeCurrent()
        var values = [Float](repeating: 0, count: network.parameters[index].count)
        try values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            try buffers.parameters.read(.parameters, index, into: base, context)
        }
        return values
    }

    package func withAverages<T>(_ body: () throws -> T) throws -> T {
        guard optimizer.averageDecay != nil else { return try body() }
        try context.stream.device.makeCurrent()
        try update.exchangeAverages(context)
        let result = Result { try body() }
        try update.exchangeAverages(context)
        return try result.get()
    }

    // MARK: - Statistics

    /// - Parameter images: of the last piece, whose activations are there.
    func gradientStatistics(distributions: Bool, images: Int) throws -> StepStatistics {
        var said = StepStatistics()
        said.gradients = try statistics.moments(of: .gradients, context)
        guard distributions else { return said }
        var all = StepStatistics.Distributions()
        all.gradients = try statistics.distributions(of: .gradients, said.gradients, context)
        // What follows a layer in place, such as its ReLU and dropout, is in its buffer too.
        for index in network.layers.indices where network.layers[index].parameterPrefix != nil {
            all.activations.append(
                try statistics.distribution(
                    buffers.activations[index + 1].address, buffers.layout.tensors[index + 1],
                    images: images, context))
        }
        said.distributions = all
        return said
    }

    func addWeightStatistics(distributions: Bool, to said: inout StepStatistics) throws {
        said.updates = try statistics.updates(context)
        said.weights = try statistics.moments(of: .weights, context)
        guard distributions else { return }
        said.distributions?.weights = try statistics.distributions(of: .weights, said.weights, context)
    }
}

extension Optimizer {
    /// Adam's 1 − β₁ᵗ and √(1 − β₂ᵗ) of the step after so many; 1 for the others.
    func corrections(_ stepsDone: Int) -> (Float, Float) {
        switch method {
        case .sgd, .nesterov, .lars: return (1, 1)
        case .adam(let beta2, _), .adamW(let beta2, _):
            let t = Double(stepsDone + 1)
            return (Float(1 - pow(Double(momentum), t)), Float((1 - pow(Double(beta2), t)).squareRoot()))
        }
    }
}
