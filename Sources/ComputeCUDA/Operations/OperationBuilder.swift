// From the layers of a network to the operations of a device program.

internal import CCUDA
internal import Compute
internal import Networks
internal import Randomness

struct OperationBuilder {
    let device: Device
    let compiler: KernelCompiler
    let network: Network
    let buffers: EngineBuffers
    let rules: [Optimizer.ParameterRule]
    let precision: Precision
    let seed: UInt64
    let plans: PlanLibrary

    func program() throws -> DeviceProgram {
        let pools = try fusedPools()
        var steps: [DeviceProgram.Step] = []
        for (index, layer) in network.layers.enumerated() {
            var x = buffers.activations[index]
            if let wanted = buffers.layout.regrouped[index], let y = buffers.regrouped[index] {
                let regroup = RegroupOperation(x: buffers.layout.tensors[index], y: wanted)
                steps.append(.init(layer: index, operation: regroup, x: x, y: y))
                x = y
            }
            guard let operation = try operation(index, layer, pools) else { continue }
            steps.append(.init(layer: index, operation: operation, x: x, y: buffers.activations[index + 1]))
        }
        return DeviceProgram(steps, lowestLearner: lowestLearner, errors: buffers.errors)
    }

    /// nil for a layer that another does with its own, or that there is nothing to do for.
    private func operation(
        _ index: Int, _ layer: Layer, _ pools: [Int: ResponsePool]
    ) throws -> (any DeviceOperation)? {
        let (x, y) = (buffers.layout.input(of: index), buffers.layout.tensors[index + 1])
        switch layer.operation {
        case .convolution(let shape):
            return try ConvolutionOperation(
                ConvolutionShape(shape, x: x, y: y, block: index == 0 ? buffers.layout.block : 1), x: x, y: y,
                weights(index), gradient(index, y, pools), plans: plans, precision: precision,
                hasInputGradient: index > lowestLearner)
        case .linear:
            return try LinearOperation(
                MatrixShape(images: Int(x.images), inputs: x.imageCount, outputs: Int(y.padded)),
                weights(index), gradient(index, y, pools), plans: plans,
                hasInputGradient: index > lowestLearner)
        case .relu: return isProduct(index - 1) ? nil : ReLUOperation(y)
        case .dropout(let rate):
            let isFused = isReLU(index - 1) && isProduct(index - 2)
            return DropoutOperation(
                y, dropout(index, rate), gradientIsFused: isFused)
        case .localResponseNorm(let norm):
            if buffers.layout.isFusedNorm(index) { return nil }
            return ResponseNormOperation(x, norm)
        case .maxPool(let pool):
            guard let winners = buffers.winners[index] else {
                preconditionFailure("\(layer.name) has no room")
            }
            if let fused = pools[index] { return ResponsePoolOperation(fused, winners: winners) }
            return PoolOperation(x: x, y: y, pool, winners: winners)
        case .batchNorm(let norm):
            guard let kept = buffers.moments[index] else { preconditionFailure("\(layer.name) has no room") }
            let first = firstParameter(of: index)
            return BatchNormOperation(
                x, norm, parameters: buffers.parameters, first: first, isFrozen: rules[first].isFrozen,
                kept: kept)
        case .flatten: return nil
        }
    }

    private var lowestLearner: Int { Optimizer.lowestLearner(of: network, rules) }

    private func dropout(_ layer: Int, _ rate: Float) -> Kernels.Dropout {
        Kernels.Dropout(rate: rate, seed: seed, purpose: Purpose.dropout.rawValue, layer: layer)
    }

    private func isReLU(_ index: Int) -> Bool {
        network.layers.indices ~= index && network.layers[index].operation == .relu
    }

    private func isProduct(_ index: Int) -> Bool {
        network.layers.indices ~= index && network.layers[index].operation.isProduct
    }

    private func firstParameter(of layer: Int) -> Int {
        guard let index = network.parameters.firstIndex(where: { $0.layer == layer }) else {
            preconditionFailure("\(network.layers[layer].name) has no parameters")
        }
        return index
    }

    private func weights(_ layer: Int) -> ProductWeights {
        let first = firstParameter(of: layer)
        return ProductWeights(
            parameters: buffers.parameters, weight: first, bias: first + 1, isFrozen: rules[first].isFrozen)
    }

    private func fusedPools() throws -> [Int: ResponsePool] {
        let tensors = buffers.layout.tensors
        return try buffers.layout.fusedPools.reduce(into: [:]) { pools, fused in
            pools[fused.key] = try ResponsePool(
                device, compiler, tensors[fused.key], tensors[fused.key + 1], fused.value,
                floats: precision.elementBytes == 4)
        }
    }

    /// - Parameter pools: the fused ones, which stand right behind a ReLU, or a normalisation behind one.
    private func gradient(
        _ layer: Int, _ y: device_tensor, _ pools: [Int: ResponsePool]
    ) -> ProductGradient {
        var scale: Float = 1
        if isReLU(layer + 1), network.layers.indices ~= layer + 2,
            case .dropout(let rate) = network.layers[layer + 2].operation
        {
            scale = dropout(layer + 2, rate).scale
        }
        let pool = pools[buffers.layout.isFusedNorm(layer + 2) ? layer + 3 : layer + 2]
        return ProductGradient(
            output: y, isRectified: isReLU(layer + 1), dropoutScale: scale,
            pooledBlocks: pool?.partialBlocks)
    }
}

extension ConvolutionShape {
    /// Of one tower.
    /// - Parameter block: of the space-to-depth that x has gone through, with which stride and padding are gone.
    init(_ convolution: Convolution, x: device_tensor, y: device_tensor, block: Int) {
        let kernel = (convolution.kernel + block - 1) / block
        self.init(
            images: Int(x.images), inputHeight: Int(x.height), inputWidth: Int(x.width),
            inputs: Int(x.padded),
            outputs: Int(y.padded), kernelHeight: kernel, kernelWidth: kernel,
            stride: block > 1 ? 1 : convolution.stride, padding: block > 1 ? 0 : convolution.padding)
    }
}
