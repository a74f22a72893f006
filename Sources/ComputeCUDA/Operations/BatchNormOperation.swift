// Batch normalisation. Which statistics it takes, the step says: its batch's in training, the running ones in evaluation
// and where it is frozen.

internal import CCUDA
internal import Networks

final class BatchNormOperation: DeviceOperation {
    private let tensor: device_tensor
    private let norm: BatchNorm
    private let parameters: DeviceParameters
    /// Index of its weight; bias, running mean and running variance follow.
    private let first: Int
    private let isFrozen: Bool
    /// What the last pass took of the batch, for its backward pass.
    private let kept: DeviceBuffer

    init(
        _ tensor: device_tensor, _ norm: BatchNorm, parameters: DeviceParameters, first: Int, isFrozen: Bool,
        kept: DeviceBuffer
    ) {
        (self.tensor, self.norm, self.parameters, self.first) = (tensor, norm, parameters, first)
        (self.isFrozen, self.kept) = (isFrozen, kept)
    }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        try context.kernels.normalizeBatch(
            x, to: y, tensor, norm, state(context), step: context.step.address, on: context.stream)
    }

    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        try context.kernels.normalizeBatchBackward(
            x: x, dy: dy, to: dx ?? 0, tensor, state(context),
            weightGradient: parameters.address(.gradients, first),
            biasGradient: parameters.address(.gradients, first + 1), step: context.step.address,
            on: context.stream)
    }

    private func state(_ context: DeviceContext) -> Kernels.BatchNormState {
        Kernels.BatchNormState(
            weight: parameters.address(.parameters, first), bias: parameters.address(.parameters, first + 1),
            runningMean: parameters.address(.parameters, first + 2),
            runningVariance: parameters.address(.parameters, first + 3), partials: context.partials.address,
            kept: kept.address, isFrozen: isFrozen)
    }
}
