// Whole files into memory that is reused. A read that fails may be a network mount's hiccup: it is tried again, and then
// it is an error, never a skipped file. Owned by one thread.

private import Glibc
package import SystemPackage

package final class FileReader {
    /// Seconds before each further try.
    private static let pauses = [0.05, 0.2, 0.5]

    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    package init() {}

    deinit { buffer.deallocate() }

    /// The file's bytes, valid until the next read.
    ///
    /// - Throws: `DatasetsError` of code `unreadable`.
    package func read(_ path: FilePath) throws -> UnsafeRawBufferPointer {
        for pause in Self.pauses {
            if let bytes = try? readOnce(path) { return bytes }
            usleep(UInt32(pause * 1e6))
        }
        do {
            return try readOnce(path)
        } catch {
            throw DatasetsError(
                .unreadable,
                "cannot read \(path) (tried \(Self.pauses.count + 1) times); check the disk, the mount, and that the "
                    + "file is still there and readable", cause: error)
        }
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
