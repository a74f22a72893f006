// response_norm.cu.

internal import CCUDA
internal import Networks

extension Kernels {
    /// Pixels and channels that a block takes at a time.
    private struct ResponseTile {
        let pixels: Int
        let channels: Int
        let grid: (Int, Int, Int)

        init(_ shape: device_tensor, size: Int) {
            channels = min(Kernels.threads, Int(shape.towers) * Int(shape.channels))
            // 2048 is RESPONSE_ROOM.
            pixels = max(1, min(Kernels.threads / channels, 2048 / (channels + 2 * size)))
            let all = Int(shape.images) * Int(shape.height) * Int(shape.width)
            grid = (max(1, min(4096, (all + pixels - 1) / pixels)), 1, 1)
        }
    }

    func normalizeResponse(
        _ x: cuda_address, to y: cuda_address, _ shape: device_tensor, _ norm: LocalResponseNorm,
        on stream: Stream
    ) throws {
        let tile = ResponseTile(shape, size: norm.size)
        try launch(
            "response_norm_forward", tile.grid, on: stream,
            KernelArguments(
                x, y, shape, Int32(norm.size), norm.alpha / Float(norm.size), norm.beta, norm.k,
                Int32(tile.pixels), Int32(tile.channels)))
    }

    /// - Parameter dx: may not be dy.
    func normalizeResponseBackward(
        x: cuda_address, dy: cuda_address, to dx: cuda_address, _ shape: device_tensor,
        _ norm: LocalResponseNorm, on stream: Stream
    ) throws {
        let tile = ResponseTile(shape, size: norm.size)
        try launch(
            "response_norm_backward", tile.grid, on: stream,
            KernelArguments(
                x, dy, dx, shape, Int32(norm.size), norm.alpha / Float(norm.size), norm.beta, norm.k,
                Int32(tile.pixels), Int32(tile.channels)))
    }
}
