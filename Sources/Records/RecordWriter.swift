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
        append(count: data.count) { $0.copyBytes(from: data) }
    }

    /// A record of `count` bytes, which `fill` writes in their place.
    package mutating func append(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count + Self.overhead))
        bytes.withUnsafeMutableBytes { all in
            let record = UnsafeMutableRawBufferPointer(rebasing: all[start...])
            record.storeBytes(of: UInt64(count).littleEndian, as: UInt64.self)
            let length = UnsafeRawBufferPointer(rebasing: record[..<8])
            record.storeBytes(of: MaskedCRC.of(length).littleEndian, toByteOffset: 8, as: UInt32.self)
            let data = UnsafeMutableRawBufferPointer(rebasing: record[12..<12 + count])
            fill(data)
            let crc = MaskedCRC.of(UnsafeRawBufferPointer(data))
            record.storeBytes(of: crc.littleEndian, toByteOffset: 12 + count, as: UInt32.self)
        }
    }

    package mutating func append(wholeRecords other: RecordWriter) {
        bytes += other.bytes
    }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }
}
