// CRC-32C against published vectors, and its two implementations against each other.

import Records
import Testing

@Suite struct MaskedCRCTests {
    /// RFC 3720 appendix B.4, and the usual check value of a CRC's definition.
    static let vectors: [([UInt8], UInt32)] = [
        (Array(repeating: 0x00, count: 32), 0x8A91_36AA),
        (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E),
        (Array((0..<32).reversed()), 0x113F_DB5C),
        (iSCSIRead, 0xD996_3A56),
        (Array("123456789".utf8), 0xE306_9283),
        ([], 0),
    ]

    static let iSCSIRead: [UInt8] = [
        0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0,
        0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
    ]

    @Test(arguments: vectors) func publishedVectors(bytes: [UInt8], expected: UInt32) {
        #expect(bytes.withUnsafeBytes { MaskedCRC.crc32c($0) } == expected)
        #expect(bytes.withUnsafeBytes { MaskedCRC.crc32c($0, portable: true) } == expected)
    }

    @Test func bothImplementationsAgreeOnEveryLengthAndAlignment() {
        let bytes = (0..<256).map { UInt8(truncatingIfNeeded: $0 * 151 + 7) }
        bytes.withUnsafeBytes { all in
            for start in 0..<9 {
                for count in 0..<100 {
                    let slice = UnsafeRawBufferPointer(rebasing: all[start..<start + count])
                    #expect(MaskedCRC.crc32c(slice) == MaskedCRC.crc32c(slice, portable: true))
                }
            }
        }
    }

    @Test func theMaskRotatesAndAdds() {
        // 0x8A9136AA rotated right by 15 is 0x6D551522; plus 0xA282EAD8.
        #expect([UInt8](repeating: 0, count: 32).withUnsafeBytes(MaskedCRC.of) == 0x0FD7_FFFA)
    }
}
