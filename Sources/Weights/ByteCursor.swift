// Bytes from first to last, through a small buffer.

struct ByteCursor {
    private static let bufferSize = 1 << 14

    let bytes: Bytes
    /// Of the next byte.
    private(set) var offset = 0
    private var buffer: [UInt8] = []
    /// Where in `bytes` the buffer begins.
    private var bufferStart = 0

    init(_ bytes: Bytes) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }
    var isAtEnd: Bool { remaining == 0 }

    /// - Throws: `.damaged` at the end, as all below.
    mutating func byte() throws -> UInt8 {
        if offset >= bufferStart + buffer.count {
            guard !isAtEnd else { throw WeightsError.damaged("it ends in the middle, after \(offset) bytes") }
            buffer = try bytes.array(at: offset, count: min(Self.bufferSize, remaining))
            bufferStart = offset
        }
        defer { offset += 1 }
        return buffer[offset - bufferStart]
    }

    mutating func skip(_ count: Int) throws {
        _ = try bytes.part(at: offset, count: count)
        offset += count
        // Whoever goes back nowhere finds the buffer either in front or around the next byte.
        if offset < bufferStart + buffer.count { return }
        buffer.removeAll(keepingCapacity: true)
        bufferStart = offset
    }

    /// The next bytes, not read yet; goes past them.
    mutating func part(_ count: Int) throws -> Bytes {
        let part = try bytes.part(at: offset, count: count)
        try skip(count)
        return part
    }

    mutating func array(_ count: Int) throws -> [UInt8] { try part(count).array() }

    mutating func littleEndian<T: FixedWidthInteger>(_: T.Type) throws -> T {
        var value: T = 0
        for place in 0..<MemoryLayout<T>.size {
            value |= T(truncatingIfNeeded: try byte()) << T(truncatingIfNeeded: 8 * place)
        }
        return value
    }

    /// Up to a line feed, which is passed and not returned.
    mutating func line(atMost limit: Int) throws -> String {
        var line: [UInt8] = []
        while case let next = try byte(), next != UInt8(ascii: "\n") {
            guard line.count < limit else {
                throw WeightsError.damaged("a name is longer than \(limit) bytes")
            }
            line.append(next)
        }
        return String(decoding: line, as: UTF8.self)
    }
}
