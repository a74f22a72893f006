// Max pooling, which may move channels to other towers on its way. Remembers where each maximum was.

internal import CCUDA
internal import Networks

final class PoolOperation: DeviceOperation {
    private let x: device_tensor
    private let y: device_tensor
    private let pool: MaxPool
    /// Bytes, laid out as y.
    private let winners: DeviceBuffer

    init(x: device_tensor, y: device_tensor, _ pool: MaxPool, winners: DeviceBuffer) {
        (self.x, self.y, self.pool, self.winners) = (x, y, pool, winners)
    }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        try context.kernels.pool(
            x, self.x, to: y, winners: winners.address, self.y, pool, on: context.stream)
    }

    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        guard let dx else { return }
        try context.kernels.poolBackward(
            dy: dy, winners: winners.address, self.y, to: dx, self.x, pool, on: context.stream)
    }
}
