// What an engine keeps in memory: where the optimiser's numbers lie, and how much there is of everything.

internal import CKernels
package import Compute
package import Networks

extension CPUEngine {
    static func whole(_ state: [StateKind: FloatBuffer]) -> OptimizerState {
        let first = state[.firstMoment]!.pointer
        return OptimizerState(
            parameters: state[.parameters]!.pointer, gradients: state[.gradients]!.pointer,
            firstMoment: first,
            secondMoment: state[.secondMoment]?.pointer ?? first)
    }

    /// Floats of each lane's scratch: for the layer that wants most, or a block of clipped gradients.
    static func scratchCount(_ operations: [any LayerOperation], _ optimizer: Optimizer) -> Int {
        max(operations.map(\.scratchCount).max() ?? 0, optimizer.clipping == .none ? 0 : block)
    }

    /// Bytes that an engine of this shape allocates, with the snapshots that checkpoints are written from.
    package static func memoryNeeded(
        _ network: Network, capacity: Int, optimizer: Optimizer, threads: Int,
        precision: CPUPrecision = .fp32
    ) -> Int {
        let numbers = network.parameters.reduce(0) { $0 + $1.count }
        let sets = 2 + 2 * optimizer.state.count + 1 + (optimizer.accumulation > 1 ? 1 : 0)
        let parameters = numbers * sets
        let images = optimizer.imagesPerPiece(capacity: capacity)
        // Operations ask for pages, but touch none before they run.
        let place = UnsafeMutablePointer<Float>(bitPattern: 64)!
        let nowhere = OptimizerState(
            parameters: place, gradients: place, firstMoment: place, secondMoment: place)
        let offsets = [Int](repeating: 0, count: network.parameters.count)
        let path = (try? KernelPath.chosen()) ?? .reference
        let builder = OperationBuilder(
            network: network, capacity: images, seed: 0,
            kernels: (try? path.kernels(for: precision)) ?? path.kernels,
            state: nowhere,
            offsets: offsets)
        let operations = (try? builder.operations()) ?? []
        let outputs = zip(network.layers, operations).reduce(0) {
            $0 + ($1.1.isInPlace ? 0 : $1.0.output.count)
        }
        let largest = network.layers.map { max($0.input.count, $0.output.count) }.max() ?? 0
        let activations =
            images * (network.input.count + outputs + 2 * largest) + capacity * network.classes
        let scratch =
            threads * scratchCount(operations, optimizer)
            + (operations.map(\.partialsCount).max() ?? 0)
        let own = operations.reduce(0) { $0 + $1.ownCount }
        return (parameters + activations + scratch + own) * MemoryLayout<Float>.stride
    }
}
