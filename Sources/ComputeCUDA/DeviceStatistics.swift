// What is said of a step beside its loss: passes over memory, asked for by log steps. Sums come in chunks and are added up
// here, in their order; padding counts for nothing.

internal import CCUDA
internal import Compute

final class DeviceStatistics {
    private let parameters: DeviceParameters
    private let update: DeviceUpdate
    /// device_moments of each chunk, or of each block of an activation tensor.
    private let moments: DeviceBuffer
    private let ranges: DeviceBuffer
    private let counts: DeviceBuffer

    init(
        _ parameters: DeviceParameters, _ update: DeviceUpdate, activations: [device_tensor],
        in arena: DeviceArena
    ) {
        (self.parameters, self.update) = (parameters, update)
        let blocks = max(update.chunks.count, activations.map(Kernels.momentBlocks).max() ?? 0)
        moments = arena.reserve(bytes: blocks * MemoryLayout<device_moments>.stride, "moments")
        let count = parameters.layouts.count
        ranges = arena.reserve(bytes: count * MemoryLayout<device_range>.stride, "ranges")
        counts = arena.reserve(bytes: 4 * count * Distribution.buckets, "histograms")
    }

    /// In the order of the parameters.
    func moments(of values: Kernels.ParameterValues, _ context: DeviceContext) throws -> [Moments] {
        try context.kernels.moments(of: values, update.table, to: moments.address, on: context.stream)
        let parts = try context.stream.download(
            update.chunks.count, of: device_moments(), from: moments.address)
        var all = parameters.parameters.map { parameter in
            var moments = Moments()
            moments.count = parameter.count
            return moments
        }
        for (chunk, part) in zip(update.chunks, parts) { all[Int(chunk.parameter)].add(part) }
        return all
    }

    func distributions(
        of values: Kernels.ParameterValues, _ moments: [Moments], _ context: DeviceContext
    ) throws -> [Distribution] {
        try context.stream.upload(moments.map(device_range.init), to: ranges.address)
        try context.kernels.histograms(
            of: values, update.table, ranges: ranges.address, counts: counts.address, on: context.stream)
        let buckets = Distribution.buckets
        let counts = try context.stream.download(
            moments.count * buckets, of: UInt32(0), from: counts.address)
        return moments.enumerated().map { index, moments in
            Distribution(moments, Array(counts[index * buckets..<(index + 1) * buckets]))
        }
    }

    /// Of one layer's output.
    /// - Parameter images: that are real.
    func distribution(
        _ x: cuda_address, _ tensor: device_tensor, images: Int, _ context: DeviceContext
    ) throws -> Distribution {
        let (kernels, stream, step) = (context.kernels, context.stream, context.step.address)
        try kernels.moments(x, tensor, to: moments.address, step: step, on: stream)
        var all = Moments()
        all.count = images * Int(tensor.height * tensor.width * tensor.towers * tensor.channels)
        for part in try stream.download(
            Kernels.momentBlocks(tensor), of: device_moments(), from: moments.address)
        {
            all.add(part)
        }
        try kernels.histogram(x, tensor, device_range(all), counts: counts.address, step: step, on: stream)
        let counts = try stream.download(Distribution.buckets, of: UInt32(0), from: counts.address)
        return Distribution(all, counts)
    }

    /// Euclidean norms of what the last update has added.
    func updates(_ context: DeviceContext) throws -> [Double] {
        let parts = try context.stream.download(update.chunks.count, of: 0.0, from: update.moved.address)
        var sums = [Double](repeating: 0, count: parameters.layouts.count)
        for (chunk, part) in zip(update.chunks, parts) { sums[Int(chunk.parameter)] += part }
        return sums.map { $0.squareRoot() }
    }
}

extension Moments {
    fileprivate mutating func add(_ part: device_moments) {
        sum += part.sum
        sumOfSquares += part.sum_of_squares
        minimum = min(minimum, part.minimum)
        maximum = max(maximum, part.maximum)
    }

    /// Whether there is anything to count between the least and the greatest.
    fileprivate var isCountable: Bool { (maximum - minimum).isFinite && maximum >= minimum }
}

extension Distribution {
    fileprivate init(_ moments: Moments, _ counts: [UInt32]) {
        self.init(moments, counts: moments.isCountable ? counts.map(Int.init) : [])
    }
}

extension device_range {
    /// All in the first bucket where there is one value only.
    fileprivate init(_ moments: Moments) {
        let width = moments.maximum - moments.minimum
        let scale = moments.isCountable && width > 0 ? Float(Distribution.buckets) / width : 0
        self.init(low: moments.isCountable ? moments.minimum : 0, scale: scale.isFinite ? scale : 0)
    }
}
