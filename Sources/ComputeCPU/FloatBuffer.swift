// Floats on huge pages, allocated once when an engine is built.

internal import CKernels

final class FloatBuffer {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int

    /// Zeroed.
    init(_ count: Int) throws {
        let bytes = count * MemoryLayout<Float>.stride
        guard let memory = pages_allocate(bytes) else {
            throw CPUError(
                code: .resources,
                message: """
                    no memory for another \(bytes >> 20) MiB: use a smaller batch_size or width, \
                    or end what else runs on this machine
                    """)
        }
        self.count = count
        pointer = memory.bindMemory(to: Float.self, capacity: count)
    }

    deinit { pages_free(pointer, count * MemoryLayout<Float>.stride) }
}
