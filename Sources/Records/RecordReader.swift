// Reads a TFRecord file (drawn in RecordWriter.swift) front to back, as long as it was when it was opened.
// Truncation is a normal result: a file ends clean, torn in its last record, or at a length that lies. A power cut may
// leave zeros where the rest of a file was to be; a record that ends in them is torn too. Other data that does not match
// its checksum is skipped and counted, since the length before it still tells where the next record is.

package import SystemPackage

package struct RecordReader: ~Copyable {
    /// Why there is no further record.
    package enum End: Hashable, Sendable {
        case clean
        /// The record that begins at this offset is not all there, and none is behind it: its writer was interrupted.
        case torn(at: Int)
        /// The length at this offset does not match its checksum, so nothing behind it can be found.
        case badLength(at: Int)
    }

    /// Set once `next` has returned nil.
    package private(set) var end: End?
    /// Records left out because their data did not match its checksum.
    package private(set) var skipped = 0
    /// Where the next record begins: the length of the whole records read so far.
    package private(set) var offset = 0

    private let path: FilePath
    private let file: FileDescriptor
    private let size: Int
    /// Bytes of the file from `offset` on are `buffer[consumed...]`.
    private var buffer: [UInt8] = []
    private var consumed = 0
    private static let chunk = 1 << 20

    /// - Throws: `RecordsError.unreadable`.
    package init(_ path: FilePath) throws {
        self.path = path
        (file, size) = try Self.open(path)
    }

    private static func open(_ path: FilePath) throws -> (FileDescriptor, size: Int) {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            let size = Int(try file.seek(offset: 0, from: .end))
            try file.seek(offset: 0, from: .start)
            return (file, size)
        } catch {
            throw RecordsError(.unreadable, "cannot open \(path) to read its records", cause: error)
        }
    }

    deinit {
        try? file.close()
    }

    /// The data of the next good record, or nil at the end (`end` then says which).
    /// - Throws: `RecordsError.unreadable` when the disk fails.
    package mutating func next() throws -> [UInt8]? {
        while end == nil {
            let left = size - offset
            guard left > 0 else { return finish(.clean) }
            let header = RecordFrame.headerCount
            guard left >= RecordWriter.overhead, try fill(header) else { return finish(.torn(at: offset)) }
            guard let length = window(header, RecordFrame.dataCount) else {
                return finish(
                    try endsInZeros(before: offset + header) ? .torn(at: offset) : .badLength(at: offset))
            }
            guard length <= UInt64(left - RecordWriter.overhead) else { return finish(.torn(at: offset)) }
            let count = Int(length) + RecordWriter.overhead
            guard try fill(count) else { return finish(.torn(at: offset)) }
            let data = window(count) { RecordFrame.data(of: $0).map([UInt8].init) }
            if data == nil, try endsInZeros(before: offset + count) {
                return finish(.torn(at: offset))
            }
            offset += count
            consumed += count
            if let data { return data }
            skipped += 1
        }
        return nil
    }

    private mutating func finish(_ end: End) -> [UInt8]? {
        self.end = end
        return nil
    }

    /// Whether the zeros at the file's end begin before an offset.
    private func endsInZeros(before limit: Int) throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var end = size
        while end >= limit {
            let start = max(0, end - chunk.count)
            do {
                let count = try chunk.withUnsafeMutableBytes {
                    try file.read(
                        fromAbsoluteOffset: Int64(start),
                        into: UnsafeMutableRawBufferPointer(rebasing: $0[..<(end - start)]))
                }
                // It has become shorter.
                guard count == end - start else { return false }
            } catch {
                throw RecordsError(.unreadable, "cannot read \(path) at byte \(start)", cause: error)
            }
            if let last = chunk[..<(end - start)].lastIndex(where: { $0 != 0 }) {
                return start + last + 1 < limit
            }
            end = start
        }
        return true
    }

    private func window<R>(_ count: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[consumed..<consumed + count])) }
    }

    /// Makes `count` bytes from `offset` on available; false where the file has become shorter than it was.
    private mutating func fill(_ count: Int) throws -> Bool {
        if buffer.count - consumed >= count { return true }
        buffer.removeFirst(consumed)
        consumed = 0
        while buffer.count < count {
            let wanted = max(count - buffer.count, min(Self.chunk, size - offset - buffer.count))
            do {
                let bytes = try [UInt8](unsafeUninitializedCapacity: wanted) { free, initialized in
                    initialized = try file.read(into: UnsafeMutableRawBufferPointer(free))
                }
                if bytes.isEmpty { return false }
                buffer += bytes
            } catch {
                throw RecordsError(
                    .unreadable, "cannot read \(path) at byte \(offset + buffer.count)", cause: error)
            }
        }
        return true
    }
}
