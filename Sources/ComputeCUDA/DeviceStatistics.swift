// What is said of a step beside its loss: passes over memory, asked for by log steps. Sums come in chunks and are added up
// here, in their order; padding counts for nothing. Moments come back beside the steps that follow; distributions, which
// want the moments first, are waited for.

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

    /// Where a step's moments go in pinned memory, a part of each chunk: the gradients', the weights', then what the update
    /// has added, squared.
    struct Destination {
        let gradients, weights: UnsafeMutablePointer<device_moments>
        let moved: UnsafeMutablePointer<Double>

        static func bytes(chunks: Int) -> Int {
            chunks * (2 * MemoryLayout<device_moments>.stride + MemoryLayout<Double>.stride)
        }

        init(_ pointer: UnsafeMutableRawPointer, chunks: Int) {
            gradients = pointer.assumingMemoryBound(to: device_moments.self)
            weights = gradients + chunks
            moved = UnsafeMutableRawPointer(weights + chunks).assumingMemoryBound(to: Double.self)
        }
    }

    var bytes: Int { Destination.bytes(chunks: update.chunks.count) }

    /// Enqueues what is said of the gradients, after the backward pass.
    func sendGradients(to pointer: UnsafeMutableRawPointer, _ context: DeviceContext) throws {
        try send(.gradients, to: destination(pointer).gradients, context)
    }

    /// Enqueues what is said of the weights, after the update.
    func sendWeights(to pointer: UnsafeMutableRawPointer, _ context: DeviceContext) throws {
        let destination = destination(pointer)
        try context.stream.copy(
            update.moved.address, to: destination.moved,
            bytes: update.chunks.count * MemoryLayout<Double>.stride)
        try send(.weights, to: destination.weights, context)
    }

    private func send(
        _ values: Kernels.ParameterValues, to destination: UnsafeMutableRawPointer, _ context: DeviceContext
    ) throws {
        try context.kernels.moments(of: values, update.table, to: moments.address, on: context.stream)
        try context.stream.copy(
            moments.address, to: destination, bytes: update.chunks.count * MemoryLayout<device_moments>.stride
        )
    }

    private func destination(_ pointer: UnsafeMutableRawPointer) -> Destination {
        Destination(pointer, chunks: update.chunks.count)
    }

    /// What has arrived: the gradients' moments in the order of the parameters.
    func gradients(at pointer: UnsafeMutableRawPointer) -> [Moments] {
        moments(destination(pointer).gradients)
    }

    /// The weights', likewise.
    func weights(at pointer: UnsafeMutableRawPointer) -> [Moments] {
        moments(destination(pointer).weights)
    }

    /// Euclidean norms of what the update has added.
    func updates(at pointer: UnsafeMutableRawPointer) -> [Double] {
        let moved = destination(pointer).moved
        var sums = [Double](repeating: 0, count: parameters.layouts.count)
        for (index, chunk) in update.chunks.enumerated() { sums[Int(chunk.parameter)] += moved[index] }
        return sums.map { $0.squareRoot() }
    }

    private func moments(_ parts: UnsafePointer<device_moments>) -> [Moments] {
        var all = parameters.parameters.map { parameter in
            var moments = Moments()
            moments.count = parameter.count
            return moments
        }
        for (index, chunk) in update.chunks.enumerated() { all[Int(chunk.parameter)].add(parts[index]) }
        return all
    }

    /// Waits for the device.
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

    /// Of one layer's output. Waits for the device.
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
}

extension Moments {
    fileprivate mutating func add(_ part: device_moments) {
        sum += part.sum
        sumOfSquares += part.sum_of_squares
        minimum = min(minimum, part.minimum)
        maximum = max(maximum, part.maximum)
    }
}

extension Distribution {
    fileprivate init(_ moments: Moments, _ counts: [UInt32]) {
        self.init(moments, counts: moments.bucketScale == nil ? [] : counts.map(Int.init))
    }
}

extension device_range {
    fileprivate init(_ moments: Moments) {
        let scale = moments.bucketScale
        self.init(low: scale == nil ? 0 : moments.minimum, scale: scale ?? 0)
    }
}
