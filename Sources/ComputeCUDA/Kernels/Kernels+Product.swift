// product.cu.

internal import CCUDA

extension Kernels {
    /// Floats that `outputGradient` wants for its partial sums.
    static func biasPartials(_ shape: device_tensor) -> Int { ColumnGrid(shape).blocks * shape.columns }

    /// dy becomes dy · scale, or 0 where `rectified` and y ≤ 0.
    /// - Parameters:
    ///   - y: not read unless `rectified`.
    ///   - scale: that of a dropout behind the ReLU, whose mask is in y; 1 where there is none.
    ///   - partials: `biasPartials` floats for `biasGradient`, or 0 where no bias learns.
    func outputGradient(
        y: cuda_address, dy: cuda_address, _ shape: device_tensor, rectified: Bool, scale: Float,
        partials: cuda_address, on stream: Stream
    ) throws {
        if partials == 0 && !rectified && scale == 1 { return }
        let sums = ColumnGrid(shape)
        try launch(
            "output_gradient", sums.grid, on: stream,
            KernelArguments(
                y, dy, shape, Int32(rectified ? 1 : 0), scale, partials, Int32(sums.rowsPerBlock),
                Int32(sums.lanes)))
    }

    /// - Parameters:
    ///   - shape: of the tensor whose gradient left the partial sums.
    ///   - gradient: [towers · padded] floats.
    func biasGradient(
        partials: cuda_address, _ shape: device_tensor, to gradient: cuda_address, on stream: Stream
    ) throws {
        try biasGradient(
            partials: partials, blocks: ColumnGrid(shape).blocks, columns: shape.columns, to: gradient,
            on: stream)
    }

    /// - Parameter partials: [blocks][columns].
    func biasGradient(
        partials: cuda_address, blocks: Int, columns: Int, to gradient: cuda_address, on stream: Stream
    ) throws {
        try launch(
            "bias_gradient", ((columns + 31) / 32, 1, 1), on: stream,
            KernelArguments(partials, Int32(blocks), Int32(columns), gradient))
    }
}
