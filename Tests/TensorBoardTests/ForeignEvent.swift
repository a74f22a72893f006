// Events in forms that this program does not write, put together field by field (proto/*.proto).

import Records

enum Field {
    static func varint(_ number: Int, _ value: UInt64) -> [UInt8] { raw(UInt64(number) << 3) + raw(value) }

    static func bytes(_ number: Int, _ value: [UInt8]) -> [UInt8] {
        raw(UInt64(number) << 3 | 2) + raw(UInt64(value.count)) + value
    }

    static func string(_ number: Int, _ value: String) -> [UInt8] { bytes(number, Array(value.utf8)) }

    static func double(_ number: Int, _ value: Double) -> [UInt8] {
        raw(UInt64(number) << 3 | 1) + little(value.bitPattern)
    }

    static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
    }

    private static func raw(_ value: UInt64) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + raw(value >> 7)
    }
}

/// A tensor of rank 0, as bytes of TensorProto.
enum ForeignTensor {
    static let rankZero = Field.bytes(2, [])

    static func float(_ value: Float) -> [UInt8] {
        Field.varint(1, 1) + rankZero + Field.bytes(5, Field.little(value.bitPattern))
    }

    /// The number in `tensor_content`.
    static func floatContent(_ value: Float) -> [UInt8] {
        Field.varint(1, 1) + rankZero + Field.bytes(4, Field.little(value.bitPattern))
    }

    static func double(_ value: Double) -> [UInt8] {
        Field.varint(1, 2) + rankZero + Field.bytes(6, Field.little(value.bitPattern))
    }

    static func int64(_ value: Int64) -> [UInt8] {
        Field.varint(1, 9) + rankZero + Field.varint(10, UInt64(bitPattern: value))
    }
}

enum ForeignEvent {
    /// A value that holds a tensor.
    /// - Parameter plugin: nil for a value without metadata.
    static func tensor(_ tag: String, step: Int, _ tensor: [UInt8], plugin: String? = "scalars") -> [UInt8] {
        let metadata = plugin.map { Field.bytes(9, Field.bytes(1, Field.string(1, $0))) } ?? []
        let value = Field.string(1, tag) + Field.bytes(8, tensor) + metadata
        return Field.double(1, Double(step)) + Field.varint(2, UInt64(step))
            + Field.bytes(5, Field.bytes(1, value))
    }
}
