// response_pool.cu, compiled for one layer: local response normalisation and max pooling, or the pooling alone, in one pass
// each way; backwards through the ReLU before them too. Other shapes take Kernels' own functions one after the other, with
// the same winners.

internal import CCUDA
internal import Networks

final class ResponsePool {
    private let module: KernelModule
    private let forwardKernel: Kernel
    private let backwardKernel: Kernel
    private let geometry: Geometry
    private let norm: LocalResponseNorm?
    private let images: Int32

    /// Whether these layers can be one; Kernels' own functions are for all others.
    /// - Parameters:
    ///   - x: what a convolution and its ReLU leave; the error goes back to the convolution.
    ///   - norm: nil for the pooling alone.
    static func canFuse(
        _ x: device_tensor, _ y: device_tensor, _ norm: LocalResponseNorm?, _ pool: MaxPool, floats: Bool
    ) -> Bool {
        guard pool.kernel == 3, pool.stride == 2 else { return false }
        if let norm, norm.size != 5 || norm.beta != 0.75 { return false }
        let isWhole = [x, y].allSatisfy { $0.channels % 8 == 0 && $0.padded == $0.channels }
        guard isWhole, x.columns == y.columns, x.images == y.images, x.height >= 3, x.width >= 3 else {
            return false
        }
        let geometry = Geometry(x, y)
        // A block's most threads, and its most memory where nothing more is asked for.
        return (y.height, y.width) == ((x.height - 3) / 2 + 1, (x.width - 3) / 2 + 1)
            && geometry.forwardThreads <= 1024 && geometry.groups <= 512
            && Int(x.width) * x.columns * (floats ? 4 : 2) <= 48 << 10
            && max(x.count, y.count) < 1 << 32
    }

    /// For shapes that `canFuse` says yes to.
    init(
        _ device: Device, _ compiler: KernelCompiler, _ x: device_tensor, _ y: device_tensor,
        _ norm: LocalResponseNorm?, floats: Bool
    ) throws {
        (geometry, self.norm, images) = (Geometry(x, y), norm, x.images)
        let definitions = Self.definitions(x, y, normalizes: norm != nil, floats: floats)
        module = try compiler.module(.responsePool, definitions, on: device)
        forwardKernel = try module.function("response_pool_forward")
        backwardKernel = try module.function("response_pool_backward")
    }

    static func definitions(_ x: device_tensor, _ y: device_tensor, normalizes: Bool, floats: Bool)
        -> [String]
    {
        let geometry = Geometry(x, y)
        return [
            "ELEMENT_FLOAT=\(floats ? 1 : 0)", "NORMALIZES=\(normalizes ? 1 : 0)", "HEIGHT=\(x.height)",
            "WIDTH=\(x.width)", "TOWERS=\(x.towers)", "CHANNELS=\(x.channels)", "OUT_CHANNELS=\(y.channels)",
            "ROWS=\(geometry.rows)", "FORWARD_THREADS=\(geometry.forwardThreads)",
            "PIXELS=\(geometry.pixels)",
        ]
    }

    /// - Parameter winners: bytes, as many as y has elements.
    func forward(_ x: cuda_address, to y: cuda_address, winners: cuda_address, on stream: Stream) throws {
        try forwardKernel.launch(
            (geometry.strips, Int(images), 1), threads: geometry.forwardThreads, on: stream,
            KernelArguments(x, y, winners, images, factor, norm?.k ?? 1))
    }

    /// Floats that `backward` wants for its partial sums: [partialBlocks][columns].
    static func partialsCount(_ x: device_tensor, _ y: device_tensor) -> Int {
        let geometry = Geometry(x, y)
        return geometry.backwardBlocks * geometry.groups * 8
    }

    var partialBlocks: Int { geometry.backwardBlocks }

    /// - Parameters:
    ///   - dz: as x, of the convolution's output before the ReLU; may not be dy.
    ///   - partials: for `Kernels.biasGradient`, or 0.
    func backward(
        x: cuda_address, dy: cuda_address, winners: cuda_address, to dz: cuda_address, partials: cuda_address,
        on stream: Stream
    ) throws {
        let slope = 2 * (norm?.alpha ?? 0) * 0.75 / Float(norm?.size ?? 1)
        try backwardKernel.launch(
            geometry.backwardBlocks, threads: geometry.pixels * geometry.groups, on: stream,
            KernelArguments(x, dy, winners, dz, partials, images, factor, norm?.k ?? 1, slope))
    }

    private var factor: Float { norm.map { $0.alpha / Float($0.size) } ?? 0 }
}

/// How the work is cut, by the shapes alone.
private struct Geometry {
    /// Of eight channels.
    let groups: Int
    /// Of y that a block makes: strips of about nine read one row in nineteen twice.
    let rows: Int
    let strips: Int
    let forwardThreads: Int
    /// That a block works at at a time, backwards.
    let pixels: Int
    /// Four for each of 132 multiprocessors, where there are as many.
    let backwardBlocks: Int

    init(_ x: device_tensor, _ y: device_tensor) {
        groups = x.columns / 8
        let height = Int(y.height), parts = max(1, (height + 4) / 9)
        rows = (height + parts - 1) / parts
        strips = (height + rows - 1) / rows
        forwardThreads = (Int(y.width) * groups + 31) / 32 * 32
        pixels = max(1, 384 / groups)
        let all = Int(x.images) * Int(x.height) * Int(x.width)
        backwardBlocks = max(1, min(528, (all + pixels - 1) / pixels))
    }
}
