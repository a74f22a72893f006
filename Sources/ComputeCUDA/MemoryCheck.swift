// Whether a network's engine fits into a device's memory; and if not, which batch would.

internal import Compute
internal import Networks

struct MemoryCheck {
    let network: Network
    let optimizer: Optimizer
    let precision: Precision
    let hasMeanImage: Bool

    /// - Throws: `.memory`, with what is needed, what there is, and the largest batch that fits; `.refused` where it does not
    ///   fit even when nobody else is there.
    func check(_ device: Device, capacity: Int) throws {
        let (free, total) = try device.memory()
        let workspace = PlanLibrary.workspaceLimit(precision, memory: total)
        let needed = try bytes(capacity) + workspace
        guard needed > free else { return }
        let largest = try largestBatch(within: free - workspace, below: capacity)
        let advice =
            largest > 0
            ? "a batch_size of \(largest) would fit; so may this one with accumulate"
            : "no batch fits beside the parameters"
        throw CUDAError(
            needed > total ? .refused : .memory,
            """
            \(network.name) with batch_size \(capacity) needs \(needed.mebibytes) of the memory of \
            \(device.description.name), which has \(total.mebibytes), \(free.mebibytes) of them free: \(advice)
            """)
    }

    private func bytes(_ capacity: Int) throws -> Int {
        let buffers = try EngineBuffers(
            network, capacity: capacity, images: optimizer.imagesPerPiece(capacity: capacity),
            optimizer: optimizer, precision: precision, hasMeanImage: hasMeanImage)
        return buffers.arena.bytes
    }

    private func largestBatch(within free: Int, below capacity: Int) throws -> Int {
        var (fits, fails) = (0, capacity)
        while fails - fits > 1 {
            let middle = (fits + fails) / 2
            if try bytes(middle) <= free { fits = middle } else { fails = middle }
        }
        return fits
    }
}

extension Int {
    fileprivate var mebibytes: String { "\((self + 1 << 20 - 1) >> 20) MiB" }
}
