// From a network's layers to what computes them, with neighbours fused where a kernel does both: a convolution or linear
// layer and its ReLU, a normalisation and the pool behind it, a ReLU's gradient and what follows it.

internal import CKernels
internal import Compute
internal import Networks

struct OperationBuilder {
    let network: Network
    /// The largest batch.
    let capacity: Int
    /// Of the dropout masks.
    let seed: UInt64
    /// Nil on the reference path.
    let kernels: kernel_set?
    /// Of the whole network, with each tensor at its offset.
    let state: OptimizerState
    let offsets: [Int]

    /// One for each layer. Built from the last to the first: what follows decides what a layer may leave to it.
    func operations() throws -> [any LayerOperation] {
        var operations: [any LayerOperation] = []
        for index in network.layers.indices.reversed() {
            operations.append(try operation(index, following: operations.last))
        }
        return operations.reversed()
    }

    private func operation(_ index: Int, following: (any LayerOperation)?) throws -> any LayerOperation {
        let layer = network.layers[index]
        switch layer.operation {
        case .convolution(let shape): return try convolution(index, layer, shape)
        case .linear: return try linear(index, layer)
        case .relu:
            return ReLULayer(
                layer, isFused: isProduct(index - 1), gradientIsFused: following?.masksReLU ?? false)
        case .localResponseNorm(let norm):
            if isFusedIntoPool(index), let following {
                return PassedOverLayer(masksReLU: following.masksReLU)
            }
            return NormalizationLayer(layer, norm)
        case .batchNorm(let norm):
            let state = state(of: index)
            return BatchNormLayer(
                layer, norm, capacity: capacity, afterReLU: isReLU(index - 1), parameters: state.parameters,
                gradients: state.gradients)
        case .maxPool(let pool): return self.pool(index, layer, pool)
        case .dropout(let rate): return DropoutLayer(layer, rate: rate, index: index, seed: seed)
        case .flatten: return FlattenLayer()
        }
    }

    private func isReLU(_ index: Int) -> Bool {
        network.layers.indices ~= index && network.layers[index].operation == .relu
    }

    /// A layer that does the ReLU behind it.
    private func isProduct(_ index: Int) -> Bool {
        guard network.layers.indices ~= index else { return false }
        switch network.layers[index].operation {
        case .convolution, .linear: return true
        default: return false
        }
    }

    private func state(of index: Int) -> OptimizerState {
        state + (network.parameters.firstIndex { $0.layer == index }.map { offsets[$0] } ?? 0)
    }

    private func convolution(_ index: Int, _ layer: Layer, _ shape: Convolution) throws -> any LayerOperation
    {
        let state = state(of: index)
        if let kernels,
            let fast = try WinogradConvolution(
                layer, shape, kernels: kernels, capacity: capacity, relu: isReLU(index + 1),
                afterReLU: isReLU(index - 1), givesInputGradient: index != network.parameters.first?.layer,
                parameters: state.parameters, gradients: state.gradients)
        {
            return fast
        }
        return ConvolutionLayer(
            layer, shape, relu: isReLU(index + 1), parameters: state.parameters, gradients: state.gradients)
    }

    private func linear(_ index: Int, _ layer: Layer) throws -> any LayerOperation {
        let state = state(of: index)
        if let kernels {
            return try PanelLinear(
                layer, kernels: kernels, capacity: capacity, relu: isReLU(index + 1), state: state)
        }
        return LinearLayer(
            layer, relu: isReLU(index + 1), parameters: state.parameters, gradients: state.gradients)
    }

    private func pool(_ index: Int, _ layer: Layer, _ pool: MaxPool) -> any LayerOperation {
        guard let kernels else { return PoolingLayer(layer, pool, capacity: capacity) }
        var (norm, before) = (LocalResponseNorm?.none, index - 1)
        if isFusedIntoPool(before), case .localResponseNorm(let found) = network.layers[before].operation {
            (norm, before) = (found, before - 1)
        }
        return ResponsePoolLayer(
            layer, pool, norm: norm, rectified: isReLU(before), kernels: kernels, capacity: capacity)
    }

    /// Whether this layer is a normalisation that the pool behind it does.
    private func isFusedIntoPool(_ index: Int) -> Bool {
        guard kernels != nil, network.layers.indices ~= index, index + 1 < network.layers.count,
            case .localResponseNorm(let norm) = network.layers[index].operation,
            case .maxPool = network.layers[index + 1].operation
        else { return false }
        return ResponsePoolLayer.canNormalize(norm)
    }
}
