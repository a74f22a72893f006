// A pool with the normalisation before it, forwards; backwards with the ReLU before both, whose product finds the sums for
// its bias in the partials.

internal import CCUDA

final class ResponsePoolOperation: DeviceOperation {
    private let pool: ResponsePool
    /// Bytes, laid out as y.
    private let winners: DeviceBuffer

    init(_ pool: ResponsePool, winners: DeviceBuffer) { (self.pool, self.winners) = (pool, winners) }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        try pool.forward(x, to: y, winners: winners.address, on: context.stream)
    }

    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        guard let dx else { return }
        try pool.backward(
            x: x, dy: dy, winners: winners.address, to: dx, partials: context.partials.address,
            on: context.stream)
    }
}
