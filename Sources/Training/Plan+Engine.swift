// A plan in the words of the layers that compute.

package import Compute
internal import ComputeCPU
package import Datasets
package import Jobs
package import Networks
internal import SystemPackage

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

    /// - Parameter gpu: the uuid of the one that this process has been given; nil leaves it to the plan.
    /// - Throws: `CUDAError`, or the CPU engine's.
    func engine(
        _ network: Network, _ normalization: Compute.Normalization, on gpu: String?, cache: FilePath
    ) throws -> any Engine {
        try EngineChoice(device: device, precision: precision, threads: threads, gpu: gpu, cache: cache)
            .engine(
                network, capacity: batchSize, normalization, engineOptimizer, seed: seed)
    }

    /// What there is to say where this machine has too little memory; nil where it has enough.
    package func memoryNotice(_ network: Network, _ dataset: Dataset) -> String? {
        let needed = memoryNeeded(network, dataset)
        guard needed.engine + needed.images > MachineMemory.limit else { return nil }
        return String(
            format:
                "it needs %.1f GiB of memory, and this machine has %.1f; take a smaller batch_size, or accumulate",
            Double(needed.engine + needed.images) / 0x1p30, Double(MachineMemory.limit) / 0x1p30)
    }

    /// Of this machine's memory, in bytes: the engine, where it is the CPU's, with the snapshots that checkpoints are written
    /// from; and decoded images.
    package func memoryNeeded(_ network: Network, _ dataset: Dataset) -> (engine: Int, images: Int) {
        let images = Input.memoryNeeded(dataset, self)
        guard device == .cpu else {
            let numbers = network.parameters.reduce(0) { $0 + $1.count }
            return (numbers * (1 + engineOptimizer.state.count) * MemoryLayout<Float>.stride, images)
        }
        let engine = CPUEngine.memoryNeeded(
            network, capacity: batchSize, optimizer: engineOptimizer, threads: threads,
            precision: precision == .bf16 ? .bf16 : .fp32)
        return (engine, images)
    }
}
