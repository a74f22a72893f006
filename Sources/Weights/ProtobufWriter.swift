// Fields of a protocol buffers message, as ProtobufReader reads them.

struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func field(_ number: Int, _ value: Int) {
        varint(number << 3)
        varint(value)
    }

    mutating func field(_ number: Int, _ value: Float) {
        varint(number << 3 | 5)
        bytes.append(littleEndian: value.bitPattern)
    }

    mutating func field(_ number: Int, _ text: String) { field(number, Array(text.utf8)) }

    mutating func field(_ number: Int, _ contents: [UInt8]) {
        begin(number, count: contents.count)
        bytes += contents
    }

    mutating func field(_ number: Int, message: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        message(&inner)
        field(number, inner.bytes)
    }

    /// Tag and length of a field whose bytes the caller writes.
    mutating func begin(_ number: Int, count: Int) {
        varint(number << 3 | 2)
        varint(count)
    }
}
