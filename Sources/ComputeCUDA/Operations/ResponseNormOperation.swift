// Local response normalisation by the general kernels: any window, any exponent.

internal import CCUDA
internal import Networks

final class ResponseNormOperation: DeviceOperation {
    private let tensor: device_tensor
    private let norm: LocalResponseNorm

    init(_ tensor: device_tensor, _ norm: LocalResponseNorm) { (self.tensor, self.norm) = (tensor, norm) }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        try context.kernels.normalizeResponse(x, to: y, tensor, norm, on: context.stream)
    }

    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        guard let dx else { return }
        try context.kernels.normalizeResponseBackward(
            x: x, dy: dy, to: dx, tensor, norm, on: context.stream)
    }
}
