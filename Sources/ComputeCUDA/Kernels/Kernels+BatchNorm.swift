// batch_norm.cu.

internal import CCUDA
internal import Networks

extension Kernels {
    /// What one batch normalisation needs of the device beside its tensors. Its parameters are vectors of
    /// towers · padded floats.
    struct BatchNormState {
        let weight, bias, runningMean, runningVariance: cuda_address
        /// `batchNormPartials` bytes, needed within a pass only.
        let partials: cuda_address
        /// `batchNormKept` bytes, from the forward to the backward pass.
        let kept: cuda_address
        /// Whether it is a fixed map, of the running statistics.
        let isFrozen: Bool
    }

    static func batchNormPartials(_ shape: device_tensor) -> Int {
        2 * ColumnGrid(shape).blocks * shape.columns * MemoryLayout<Double>.size
    }

    /// Mean and 1 / deviation of the batch as doubles, then four floats of coefficients, of each column.
    static func batchNormKept(_ shape: device_tensor) -> Int {
        shape.columns * (2 * MemoryLayout<Double>.size + 4 * MemoryLayout<Float>.size)
    }

    private func coefficients(_ state: BatchNormState, _ shape: device_tensor) -> cuda_address {
        state.kept + cuda_address(shape.columns * 2 * MemoryLayout<Double>.size)
    }

    /// In evaluation (the step does not measure), and frozen, the running statistics are taken; else the batch's, which move
    /// them.
    func normalizeBatch(
        _ x: cuda_address, to y: cuda_address, _ shape: device_tensor, _ norm: BatchNorm,
        _ state: BatchNormState, step: cuda_address, on stream: Stream
    ) throws {
        if !state.isFrozen { try batchNormSums(x, times: x, shape, state, step, stream) }
        try launch(
            "batch_norm_measure", ((shape.columns + 31) / 32, 1, 1), on: stream,
            KernelArguments(
                state.partials, Int32(ColumnGrid(shape).blocks), shape, state.weight, state.runningMean,
                state.runningVariance, norm.momentum, norm.epsilon, state.kept, coefficients(state, shape),
                Int32(state.isFrozen ? 1 : 0), step))
        try launch(
            "batch_norm_forward", groupsOf: shape, on: stream,
            KernelArguments(x, y, shape, coefficients(state, shape), state.bias))
    }

    /// - Parameters:
    ///   - dx: may be dy; 0 where nothing before learns.
    ///   - weightGradient: floats, as `biasGradient`; both are zero where it is frozen.
    func normalizeBatchBackward(
        x: cuda_address, dy: cuda_address, to dx: cuda_address, _ shape: device_tensor,
        _ state: BatchNormState, weightGradient: cuda_address, biasGradient: cuda_address,
        step: cuda_address, on stream: Stream
    ) throws {
        if !state.isFrozen { try batchNormSums(dy, times: x, shape, state, step, stream) }
        try launch(
            "batch_norm_gradients", ((shape.columns + 31) / 32, 1, 1), on: stream,
            KernelArguments(
                state.partials, Int32(ColumnGrid(shape).blocks), shape, state.weight, state.kept,
                weightGradient, biasGradient, coefficients(state, shape), Int32(state.isFrozen ? 1 : 0), step)
        )
        guard dx != 0 else { return }
        try launch(
            "batch_norm_backward", groupsOf: shape, on: stream,
            KernelArguments(
                x, dy, dx, shape, coefficients(state, shape), step))
    }

    private func batchNormSums(
        _ a: cuda_address, times b: cuda_address, _ shape: device_tensor, _ state: BatchNormState,
        _ step: cuda_address, _ stream: Stream
    ) throws {
        let sums = ColumnGrid(shape)
        try launch(
            "batch_norm_sums", sums.grid, on: stream,
            KernelArguments(
                a, b, shape, state.partials, Int32(sums.rowsPerBlock), Int32(sums.lanes), step))
    }
}
