// One record whose place is known (drawn in RecordWriter.swift), for readers that do not go front to back.

package enum RecordFrame {
    /// What lies before the data: its length and that one's checksum.
    package static let headerCount = 12

    /// The data in a whole record's bytes; nil where its length or a checksum says that they are not one.
    package static func data(of record: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let count = record.count - RecordWriter.overhead
        guard count >= 0, dataCount(of: record) == UInt64(count) else { return nil }
        let data = UnsafeRawBufferPointer(rebasing: record[headerCount..<headerCount + count])
        let crc = record.loadUnaligned(fromByteOffset: headerCount + count, as: UInt32.self)
        return MaskedCRC.of(data) == UInt32(littleEndian: crc) ? data : nil
    }

    /// The length of a record's data from its first 12 bytes; nil where the checksum does not match.
    package static func dataCount(of header: UnsafeRawBufferPointer) -> UInt64? {
        guard header.count >= headerCount else { return nil }
        let crc = header.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        guard MaskedCRC.of(UnsafeRawBufferPointer(rebasing: header[..<8])) == UInt32(littleEndian: crc) else {
            return nil
        }
        return UInt64(littleEndian: header.loadUnaligned(as: UInt64.self))
    }
}
