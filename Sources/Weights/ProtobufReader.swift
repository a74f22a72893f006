// The fields of a protocol buffers message, one after the other, without a schema
// (https://protobuf.dev/programming-guides/encoding).

struct ProtobufReader {
    enum Value {
        case varint(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        /// A text, a message or packed numbers, not read yet.
        case bytes(Bytes)
    }

    private var cursor: ByteCursor

    init(_ message: Bytes) { cursor = ByteCursor(message) }

    /// Nil at the message's end.
    /// - Throws: `.damaged`, `.io`.
    mutating func next() throws -> (field: UInt64, value: Value)? {
        if cursor.isAtEnd { return nil }
        let tag = try varint()
        guard tag >> 3 > 0 else { throw WeightsError.damaged("it has a field without a number") }
        switch tag & 7 {
        case 0: return (tag >> 3, .varint(try varint()))
        case 1: return (tag >> 3, .fixed64(try cursor.littleEndian(UInt64.self)))
        case 2:
            let count = try varint()
            guard count <= UInt64(cursor.remaining) else {
                throw WeightsError.damaged(
                    "it is cut off: \(count) bytes are wanted where \(cursor.remaining) are left")
            }
            return (tag >> 3, .bytes(try cursor.part(Int(count))))
        case 5: return (tag >> 3, .fixed32(try cursor.littleEndian(UInt32.self)))
        default: throw WeightsError.damaged("it is no message of protocol buffers")
        }
    }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<10 {
            let byte = try cursor.byte()
            value |= UInt64(byte & 0x7f) << UInt64(7 * place)
            if byte < 0x80 { return value }
        }
        throw WeightsError.damaged("it has a number of more than ten bytes")
    }

    /// All numbers of packed bytes.
    static func varints(_ bytes: Bytes) throws -> [UInt64] {
        var reader = ProtobufReader(bytes)
        var values: [UInt64] = []
        while !reader.cursor.isAtEnd { values.append(try reader.varint()) }
        return values
    }
}

extension ProtobufReader.Value {
    /// Nil for what is no text of a reasonable length.
    /// - Throws: `.io`.
    func text() throws -> String? {
        guard case .bytes(let bytes) = self, bytes.count <= 4096 else { return nil }
        return String(decoding: try bytes.array(), as: UTF8.self)
    }
}
