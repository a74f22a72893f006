// Whole files into memory that is reused. Owned by one thread.

package import SystemPackage

package final class FileReader {
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    package init() {}

    deinit { buffer.deallocate() }

    /// The file's bytes, valid until the next read.
    ///
    /// - Throws: `DatasetsError` of code `unreadable`.
    package func read(_ path: FilePath) throws -> UnsafeRawBufferPointer {
        try ReadPatience.reading(path) { try readOnce(path) }
    }

    private func readOnce(_ path: FilePath) throws -> UnsafeRawBufferPointer {
        let file = try FileDescriptor.open(path, .readOnly)
        return try file.closeAfter {
            var count = 0
            while true {
                if count == buffer.count { grow() }
                let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                if read == 0 { return UnsafeRawBufferPointer(rebasing: buffer[..<count]) }
                count += read
            }
        }
    }

    private func grow() {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
        buffer.deallocate()
        buffer = larger
    }
}
