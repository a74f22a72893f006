// Pieces of large files into memory that is reused. A file stays open from its first read on, as long as there is room for
// it: the number of open files is bounded, whatever the number of shards. Owned by one thread.

internal import Files
package import SystemPackage

package final class PieceReader {
    /// A process may have 1024 files open, and has several of these readers.
    private static let mostOpen = 48

    private var open: [FilePath: FileDescriptor] = [:]
    /// Those that are open, the one opened first in front.
    private var queue: [FilePath] = []
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    package init() {}

    deinit {
        for file in open.values { try? file.close() }
        buffer.deallocate()
    }

    /// `count` bytes of a file from `offset` on, fewer where it ends before; valid until the next read.
    ///
    /// - Throws: `DatasetsError` of code `unreadable`.
    package func read(_ path: FilePath, from offset: Int64, count: Int) throws -> UnsafeRawBufferPointer {
        if buffer.count < count {
            buffer.deallocate()
            buffer = .allocate(byteCount: count, alignment: 16)
        }
        return try patiently(path) { try fill(count, from: $0, at: offset) }
    }

    /// A file's bytes, as far as they are counted.
    ///
    /// - Throws: `DatasetsError` of code `unreadable`.
    package func size(of path: FilePath) throws -> Int64 {
        try patiently(path) { try $0.seek(offset: 0, from: .end) }
    }

    private func patiently<Result>(_ path: FilePath, _ body: (FileDescriptor) throws -> Result) throws
        -> Result
    {
        try ReadPatience.reading(path) {
            do {
                return try body(try file(path))
            } catch {
                // A network mount may have lost it: the next try opens it anew.
                close(path)
                throw error
            }
        }
    }

    private func fill(_ count: Int, from file: FileDescriptor, at offset: Int64) throws
        -> UnsafeRawBufferPointer
    {
        let filled = try file.fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
        return UnsafeRawBufferPointer(rebasing: buffer[..<filled])
    }

    private func file(_ path: FilePath) throws -> FileDescriptor {
        if let file = open[path] { return file }
        if queue.count == Self.mostOpen { close(queue[0]) }
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        open[path] = file
        queue.append(path)
        return file
    }

    private func close(_ path: FilePath) {
        guard let file = open.removeValue(forKey: path) else { return }
        queue.removeAll { $0 == path }
        try? file.close()
    }
}
