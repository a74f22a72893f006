// pool.cu.

internal import CCUDA
internal import Networks

extension Kernels {
    /// - Parameter winners: bytes, as many as y has elements: for `poolBackward`.
    func pool(
        _ x: cuda_address, _ from: device_tensor, to y: cuda_address, winners: cuda_address,
        _ to: device_tensor, _ pool: MaxPool, on stream: Stream
    ) throws {
        try launch(
            "pool_forward", groupsOf: to, on: stream,
            KernelArguments(x, from, y, winners, to, Int32(pool.kernel), Int32(pool.stride)))
    }

    /// - Parameters:
    ///   - from: y's shape.
    ///   - to: x's.
    func poolBackward(
        dy: cuda_address, winners: cuda_address, _ from: device_tensor, to dx: cuda_address,
        _ to: device_tensor, _ pool: MaxPool, on stream: Stream
    ) throws {
        try launch(
            "pool_backward", groupsOf: to, on: stream,
            KernelArguments(dy, winners, from, dx, to, Int32(pool.kernel), Int32(pool.stride)))
    }
}
