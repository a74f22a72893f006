// What convolutions and linear layers do with the gradient of their output before their products: the ReLU and dropout that
// follow are taken back, over the gradient, and its columns are summed for the bias.

internal import CCUDA

struct ProductGradient {
    let output: device_tensor
    /// Whether a ReLU follows, which the product does itself.
    let isRectified: Bool
    /// Of the dropout that follows the ReLU: 1 / (1 − rate); 1 without one. A unit that it dropped is 0, as one that the ReLU
    /// has stopped.
    let dropoutScale: Float
    /// Blocks of column sums that a fused pool leaves in the partials, with the ReLU taken back; nil where none follows.
    let pooledBlocks: Int?

    func apply(y: cuda_address, dy: cuda_address, _ weights: ProductWeights, _ context: DeviceContext) throws
    {
        if let pooledBlocks {
            if weights.isFrozen { return }
            return try context.kernels.biasGradient(
                partials: context.partials.address, blocks: pooledBlocks, columns: output.columns,
                to: weights.biasGradient, on: context.stream)
        }
        let partials = weights.isFrozen ? 0 : context.partials.address
        try context.kernels.outputGradient(
            y: y, dy: dy, output, rectified: isRectified, scale: dropoutScale, partials: partials,
            on: context.stream)
        if weights.isFrozen { return }
        try context.kernels.biasGradient(
            partials: partials, output, to: weights.biasGradient, on: context.stream)
    }
}
