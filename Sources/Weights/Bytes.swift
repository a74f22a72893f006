// A file's bytes, an array's, or a part of these, read at any place. Whatever lies outside is an error of the file and
// never a crash, so that no reader above has to think of files that are cut off.

internal import Files
package import SystemPackage

package struct Bytes: Sendable {
    private enum Source: Sendable {
        case file(OpenFile)
        case array([UInt8])
    }

    private let source: Source
    private let start: Int
    package let count: Int

    package init(_ array: [UInt8]) { (source, start, count) = (.array(array), 0, array.count) }

    /// - Throws: `.io` for what cannot be opened or is no regular file.
    package init(_ path: FilePath) throws {
        let file = try OpenFile(path)
        (source, start, count) = (.file(file), 0, file.size)
    }

    private init(_ source: Source, start: Int, count: Int) {
        (self.source, self.start, self.count) = (source, start, count)
    }

    /// A part, which is not read yet.
    /// - Throws: `.damaged` where these bytes end before it does.
    func part(at offset: Int, count: Int) throws -> Bytes {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
            throw WeightsError.damaged(
                "it is cut off: \(count) bytes at \(offset) are wanted where there are \(self.count)")
        }
        return Bytes(source, start: start + offset, count: count)
    }

    /// Fills `buffer` with the bytes from `offset` on.
    /// - Throws: `.damaged` where there are too few; `.io`.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        let wanted = try part(at: offset, count: buffer.count)
        switch source {
        case .file(let file): try file.read(at: wanted.start, into: buffer)
        case .array(let array):
            array.withUnsafeBytes {
                buffer.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: $0[wanted.start...].prefix(wanted.count)))
            }
        }
    }

    /// - Throws: as `read`.
    func array(at offset: Int, count: Int) throws -> [UInt8] {
        _ = try part(at: offset, count: count)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            filled = count
        }
    }

    /// All of them.
    func array() throws -> [UInt8] { try array(at: 0, count: count) }

    /// Hands over all of them, a piece at a time.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let size = 1 << 20
        for offset in stride(from: 0, to: count, by: size) {
            try array(at: offset, count: min(size, count - offset)).withUnsafeBytes(body)
        }
    }
}

/// Closed with the last that reads it.
private final class OpenFile: Sendable {
    let size: Int
    private let path: FilePath
    private let descriptor: FileDescriptor

    init(_ path: FilePath) throws {
        self.path = path
        // Opening a pipe would wait for whoever writes it.
        let isRegular = try WeightsError.naming("opening", path) { try path.stat().type == .regular }
        guard isRegular else { throw WeightsError(.io, "\(path) is no file") }
        descriptor = try WeightsError.naming("opening", path) {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        }
        size = try WeightsError.naming("reading", path) { [descriptor] in
            Int(try descriptor.seek(offset: 0, from: .end))
        }
    }

    deinit { try? descriptor.close() }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        let count = try WeightsError.naming("reading", path) {
            try descriptor.fill(buffer, at: Int64(offset))
        }
        guard count == buffer.count else { throw WeightsError.damaged("it became shorter while it was read") }
    }
}
