// A plan in the words of the layers that compute.

package import Compute
internal import ComputeCPU
package import Datasets
package import Jobs
package import Networks

extension Plan {
    package var engineOptimizer: Compute.Optimizer {
        let method: Compute.Optimizer.Method =
            switch optimizer {
            case .sgd: .sgd
            case .nesterov: .nesterov
            case .adam(let moments):
                .adam(beta2: Float(moments.beta2), epsilon: Float(moments.epsilon))
            case .adamW(let moments):
                .adamW(beta2: Float(moments.beta2), epsilon: Float(moments.epsilon))
            case .lars(let trust): .lars(trust: Float(trust))
            }
        var engineOptimizer = Compute.Optimizer(
            method: method, momentum: Float(momentum), weightDecay: Float(weightDecay),
            biasRate: Float(biasLearningRate), biasDecay: Float(biasWeightDecay),
            accumulation: accumulate, averageDecay: averageWeights)
        switch clipping {
        case .none: engineOptimizer.clipping = .none
        case .norm(let limit): engineOptimizer.clipping = .norm(Float(limit))
        case .value(let limit): engineOptimizer.clipping = .value(Float(limit))
        }
        for rule in layers {
            engineOptimizer.layers[rule.layer] = .init(
                rate: Float(rule.learningRate), decay: Float(rule.weightDecay))
        }
        for layer in frozen { engineOptimizer.layers[layer] = .init(isFrozen: true) }
        return engineOptimizer
    }

    /// The engine refuses what the machine lacks.
    var enginePrecision: CPUPrecision { precision == .bf16 ? .bf16 : .fp32 }

    /// In bytes: the engine with the snapshots that checkpoints are written from, and decoded images.
    package func memoryNeeded(_ network: Network, _ dataset: Dataset) -> (engine: Int, images: Int) {
        let engine = CPUEngine.memoryNeeded(
            network, capacity: batchSize, optimizer: engineOptimizer, threads: threads,
            precision: enginePrecision)
        return (engine, Input.memoryNeeded(dataset, self))
    }
}
