// All device memory of an engine: asked for first, piece by piece, so that the sum is known and can be refused in words
// before anything is allocated; then allocated at once.

internal import CCUDA

/// A place in device memory. It has an address once its arena is allocated.
final class DeviceBuffer {
    let bytes: Int
    fileprivate let purpose: String
    fileprivate var memory: DeviceMemory?

    fileprivate init(bytes: Int, purpose: String) { (self.bytes, self.purpose) = (bytes, purpose) }

    var address: cuda_address {
        guard let memory else { preconditionFailure("\(purpose): used before it is allocated") }
        return memory.address
    }
}

final class DeviceArena {
    private var buffers: [DeviceBuffer] = []
    private(set) var bytes = 0

    /// - Parameter purpose: what it holds, for errors.
    func reserve(bytes: Int, _ purpose: String) -> DeviceBuffer {
        let buffer = DeviceBuffer(bytes: bytes, purpose: purpose)
        buffers.append(buffer)
        // The driver gives no less.
        self.bytes += (bytes + 511) / 512 * 512
        return buffer
    }

    /// What is reserved and not allocated yet; all of it zero.
    func allocate(on stream: Stream) throws {
        for buffer in buffers where buffer.memory == nil {
            let memory = try DeviceMemory(stream.device, bytes: buffer.bytes, for: buffer.purpose)
            try stream.zero(memory.address, bytes: max(buffer.bytes, 1))
            buffer.memory = memory
        }
    }
}
