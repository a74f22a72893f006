// Pieces of shards into memory that is reused. A shard stays open from its first read on, as long as there is room for it:
// the number of open files is bounded, whatever the number of shards. Owned by one thread.

internal import SystemPackage

final class ShardReader {
    /// A process may have 1024 files open, and has several of these readers.
    private static let mostOpen = 48

    private let root: FilePath
    private let names: [String]
    private var open: [Int: FileDescriptor] = [:]
    /// Those that are open, the one opened first in front.
    private var queue: [Int] = []
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    init(root: FilePath, names: [String]) { (self.root, self.names) = (root, names) }

    deinit {
        for file in open.values { try? file.close() }
        buffer.deallocate()
    }

    /// `count` bytes of a shard from `offset` on, fewer where it ends before; valid until the next read.
    ///
    /// - Throws: `DatasetsError` of code `unreadable`.
    func read(_ shard: Int, from offset: Int64, count: Int) throws -> UnsafeRawBufferPointer {
        let path = root.appending(names[shard])
        if buffer.count < count {
            buffer.deallocate()
            buffer = .allocate(byteCount: count, alignment: 16)
        }
        return try ReadPatience.reading(path) {
            do {
                return try fill(count, from: try file(shard, path), at: offset)
            } catch {
                // A network mount may have lost it: the next try opens it anew.
                close(shard)
                throw error
            }
        }
    }

    private func fill(_ count: Int, from file: FileDescriptor, at offset: Int64) throws
        -> UnsafeRawBufferPointer
    {
        var filled = 0
        while filled < count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<count])
            let read = try file.read(fromAbsoluteOffset: offset + Int64(filled), into: rest)
            if read == 0 { break }
            filled += read
        }
        return UnsafeRawBufferPointer(rebasing: buffer[..<filled])
    }

    private func file(_ shard: Int, _ path: FilePath) throws -> FileDescriptor {
        if let file = open[shard] { return file }
        if queue.count == Self.mostOpen { close(queue[0]) }
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        open[shard] = file
        queue.append(shard)
        return file
    }

    private func close(_ shard: Int) {
        guard let file = open.removeValue(forKey: shard) else { return }
        queue.removeAll { $0 == shard }
        try? file.close()
    }
}
