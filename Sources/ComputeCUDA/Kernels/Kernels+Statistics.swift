// statistics.cu.

internal import CCUDA

extension Kernels {
    enum ParameterValues: Int32 {
        case weights = 0
        case gradients = 1
    }

    /// - Parameter moments: device_moments of each chunk, to be added up in order.
    func moments(
        of values: ParameterValues, _ table: ParameterTable, to moments: cuda_address, on stream: Stream
    ) throws {
        try launch(
            "parameter_moments", (table.chunkCount, 1, 1), on: stream,
            KernelArguments(table.parameters, table.shapes, table.chunks, values.rawValue, moments))
    }

    /// - Parameters:
    ///   - ranges: device_range of each parameter.
    ///   - counts: [parameters][DEVICE_BUCKETS] uint32.
    func histograms(
        of values: ParameterValues, _ table: ParameterTable, ranges: cuda_address, counts: cuda_address,
        on stream: Stream
    ) throws {
        try stream.zero(counts, bytes: table.parameterCount * Self.bucketBytes)
        try launch(
            "parameter_histograms", (table.chunkCount, 1, 1), on: stream,
            KernelArguments(table.parameters, table.shapes, table.chunks, values.rawValue, ranges, counts))
    }

    /// How many device_moments an activation tensor's are cut into.
    static func momentBlocks(_ shape: device_tensor) -> Int {
        max(1, min(512, shape.count / (8 * threads)))
    }

    /// - Parameter moments: `momentBlocks` of them, to be added up in order.
    func moments(
        _ x: cuda_address, _ shape: device_tensor, to moments: cuda_address, step: cuda_address,
        on stream: Stream
    ) throws {
        try launch(
            "activation_moments", (Self.momentBlocks(shape), 1, 1), on: stream,
            KernelArguments(x, shape, moments, step))
    }

    /// - Parameter counts: [DEVICE_BUCKETS] uint32.
    func histogram(
        _ x: cuda_address, _ shape: device_tensor, _ range: device_range, counts: cuda_address,
        step: cuda_address, on stream: Stream
    ) throws {
        try stream.zero(counts, bytes: Self.bucketBytes)
        try launch(
            "activation_histogram", (Self.momentBlocks(shape), 1, 1), on: stream,
            KernelArguments(x, shape, range, counts, step))
    }

    private static var bucketBytes: Int { DEVICE_BUCKETS * MemoryLayout<UInt32>.size }
}
