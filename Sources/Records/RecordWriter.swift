// TFRecord framing, as TensorBoard's event files and TensorFlow's data sets have it. All numbers little-endian:
//
//   offset      0             8                   12           12 + length
//               length: u64   masked CRC of the   data         masked CRC of the
//                             8 bytes before it                data: u32
//
// Only whole records ever leave the writer, so whoever writes its bytes out decides where a file may be torn.

package struct RecordWriter: Sendable {
    /// What a record is longer than its data.
    package static let overhead = 16

    /// Whole records, one after another.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func append(_ data: [UInt8]) {
        let length = withUnsafeBytes(of: UInt64(data.count).littleEndian) { [UInt8]($0) }
        bytes.reserveCapacity(bytes.count + data.count + Self.overhead)
        bytes += length
        append(length.withUnsafeBytes(MaskedCRC.of))
        bytes += data
        append(data.withUnsafeBytes(MaskedCRC.of))
    }

    package mutating func append(wholeRecords other: RecordWriter) {
        bytes += other.bytes
    }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ crc: UInt32) {
        withUnsafeBytes(of: crc.littleEndian) { bytes += $0 }
    }
}
