// A plan in the words of the layers that compute.

package import Compute
internal import ComputeCPU
package import Datasets
package import Jobs
package import Networks

extension Plan {
    package var engineOptimizer: Optimizer {
        let method: Optimizer.Method =
            switch optimizer {
            case .sgd: .sgd
            case .nesterov: .nesterov
            // torch.optim.Adam's defaults.
            case .adam: .adam(beta2: 0.999, epsilon: 1e-8)
            }
        return Optimizer(
            method: method, momentum: Float(momentum), weightDecay: Float(weightDecay),
            biasRate: Float(biasLearningRate), biasDecay: Float(biasWeightDecay),
            accumulation: accumulate, averageDecay: averageWeights)
    }

    /// In bytes: the engine with the snapshots that checkpoints are written from, and decoded images.
    package func memoryNeeded(_ network: Network, _ dataset: Dataset) -> (engine: Int, images: Int) {
        let engine = CPUEngine.memoryNeeded(
            network, capacity: batchSize, optimizer: engineOptimizer, threads: threads)
        return (engine, Input.memoryNeeded(dataset, self))
    }
}
