// Operations that change activations where they lie, and the one that moves them between towers.

internal import CCUDA

final class ReLUOperation: DeviceOperation {
    private let tensor: device_tensor
    var isInPlace: Bool { true }

    init(_ tensor: device_tensor) { self.tensor = tensor }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        try context.kernels.rectify(y, count: tensor.count, on: context.stream)
    }

    /// A unit that dropout zeroed since has no gradient either, so looking at y is enough.
    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        try context.kernels.rectifyBackward(y, dy: dy, count: tensor.count, on: context.stream)
    }
}

final class DropoutOperation: DeviceOperation {
    private let tensor: device_tensor
    private let dropout: Kernels.Dropout
    /// Whether the product before it, and before its ReLU, takes it back.
    private let gradientIsFused: Bool
    var isInPlace: Bool { true }

    init(_ tensor: device_tensor, _ dropout: Kernels.Dropout, gradientIsFused: Bool) {
        (self.tensor, self.dropout, self.gradientIsFused) = (tensor, dropout, gradientIsFused)
    }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        try context.kernels.drop(y, tensor, dropout, step: context.step.address, on: context.stream)
    }

    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        if gradientIsFused { return }
        try context.kernels.drop(
            dy, tensor, dropout, always: true, step: context.step.address, on: context.stream)
    }
}

/// The same channels in other towers.
final class RegroupOperation: DeviceOperation {
    private let x: device_tensor
    private let y: device_tensor

    init(x: device_tensor, y: device_tensor) { (self.x, self.y) = (x, y) }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        try context.kernels.regroup(x, self.x, to: y, self.y, on: context.stream)
    }

    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        guard let dx else { return }
        try context.kernels.regroup(dy, self.y, to: dx, self.x, on: context.stream)
    }
}
