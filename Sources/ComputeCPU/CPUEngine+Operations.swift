// From a network's layers to what computes them, and what that needs in memory.

internal import CKernels
package import Compute
package import Networks

extension CPUEngine {
    /// One operation for each layer.
    /// - Parameter state: of the whole network, with each tensor at its offset.
    static func operations(
        _ network: Network, _ capacity: Int, _ seed: UInt64, _ kernels: KernelPath, _ offsets: [Int],
        _ state: OptimizerState
    ) throws -> [any LayerOperation] {
        let firstWithParameters = network.parameters.first?.layer
        return try network.layers.enumerated().map { index, layer in
            let state = state + (network.parameters.firstIndex { $0.layer == index }.map { offsets[$0] } ?? 0)
            let next = index + 1 < network.layers.count ? network.layers[index + 1].operation : nil
            switch layer.operation {
            case .convolution(let convolution):
                if let kernels = kernels.kernels,
                    let fast = try WinogradConvolution(
                        layer, convolution, kernels: kernels, capacity: capacity, relu: next == .relu,
                        givesInputGradient: index != firstWithParameters, parameters: state.parameters,
                        gradients: state.gradients)
                {
                    return fast
                }
                return ConvolutionLayer(
                    layer, convolution, relu: next == .relu, parameters: state.parameters,
                    gradients: state.gradients)
            case .linear:
                if let kernels = kernels.kernels {
                    return try PanelLinear(
                        layer, kernels: kernels, capacity: capacity, relu: next == .relu, state: state)
                }
                return LinearLayer(
                    layer, relu: next == .relu, parameters: state.parameters, gradients: state.gradients)
            case .relu:
                let previous = index > 0 ? network.layers[index - 1].parameterPrefix : nil
                return ReLULayer(layer, isFused: previous != nil)
            case .localResponseNorm(let norm): return NormalizationLayer(layer, norm)
            case .maxPool(let pool): return PoolingLayer(layer, pool, capacity: capacity)
            case .dropout(let rate): return DropoutLayer(layer, rate: rate, index: index, seed: seed)
            case .flatten: return FlattenLayer()
            }
        }
    }

    static func whole(_ state: [StateKind: FloatBuffer]) -> OptimizerState {
        let first = state[.firstMoment]!.pointer
        return OptimizerState(
            parameters: state[.parameters]!.pointer, gradients: state[.gradients]!.pointer,
            firstMoment: first,
            secondMoment: state[.secondMoment]?.pointer ?? first)
    }

    /// Bytes that an engine of this shape allocates, with the snapshots that checkpoints are written from.
    package static func memoryNeeded(
        _ network: Network, capacity: Int, optimizer: Optimizer, threads: Int
    ) -> Int {
        let parameters = network.parameterCount * (2 + 2 * optimizer.state.count + 1)
        // Operations ask for pages, but touch none before they run.
        let place = UnsafeMutablePointer<Float>(bitPattern: 64)!
        let nowhere = OptimizerState(
            parameters: place, gradients: place, firstMoment: place, secondMoment: place)
        let offsets = [Int](repeating: 0, count: network.parameters.count)
        let path = (try? KernelPath.chosen()) ?? .reference
        let operations =
            (try? Self.operations(network, capacity, 0, path, offsets, nowhere)) ?? []
        let outputs = zip(network.layers, operations).reduce(0) {
            $0 + ($1.1.isInPlace ? 0 : $1.0.output.count)
        }
        let largest = network.layers.map { max($0.input.count, $0.output.count) }.max() ?? 0
        let activations = capacity * (network.input.count + outputs + 2 * largest)
        let scratch =
            threads * (operations.map(\.scratchCount).max() ?? 0)
            + (operations.map(\.partialsCount).max() ?? 0)
        let own = operations.reduce(0) { $0 + $1.ownCount }
        return (parameters + activations + scratch + own) * MemoryLayout<Float>.stride
    }
}
