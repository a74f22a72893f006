// A protobuf message's fields in place, nothing copied (protobuf.dev/programming-guides/encoding). A pure function of the
// bytes: whatever they are, it reads inside them, goes forward, and ends.

package struct WireReader {
    package enum Value {
        case varint(UInt64)
        case bytes(UnsafeRawBufferPointer)
        /// Of 4 or 8 bytes.
        case fixed(UnsafeRawBufferPointer)
    }

    package struct Field {
        package let number: UInt64
        package let value: Value
    }

    /// Set when the bytes were no message: what `next` gave before may be part of one.
    package private(set) var isDamaged = false
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    /// - Parameter bytes: one message; they must outlive what is read.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Nil at the end, and where the message is damaged.
    package mutating func next() -> Field? {
        guard place < bytes.count, !isDamaged else { return nil }
        if let field = field() { return field }
        isDamaged = true
        return nil
    }

    private mutating func field() -> Field? {
        guard let key = varint() else { return nil }
        switch key & 7 {
        case 0: return varint().map { Field(number: key >> 3, value: .varint($0)) }
        case 1: return take(8).map { Field(number: key >> 3, value: .fixed($0)) }
        case 2:
            guard let count = varint() else { return nil }
            return take(count).map { Field(number: key >> 3, value: .bytes($0)) }
        case 5: return take(4).map { Field(number: key >> 3, value: .fixed($0)) }
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        return nil
    }

    private mutating func take(_ count: UInt64) -> UnsafeRawBufferPointer? {
        guard count <= UInt64(bytes.count - place) else { return nil }
        defer { place += Int(count) }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + Int(count)])
    }
}

extension WireReader {
    /// The first value of a packed or unpacked repeated varint; nil where there is none.
    static func firstVarint(_ bytes: UnsafeRawBufferPointer, field number: UInt64) -> UInt64? {
        var reader = WireReader(bytes)
        while let field = reader.next() {
            guard field.number == number else { continue }
            switch field.value {
            case .varint(let value): return value
            case .bytes(let packed):
                var values = WireReader(packed)
                if let value = values.varint() { return value }
            case .fixed: continue
            }
        }
        return nil
    }
}
