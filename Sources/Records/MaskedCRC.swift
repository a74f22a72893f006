// The checksum of TFRecord files: CRC-32C, rotated and shifted so that the CRC of data that itself holds CRCs stays
// a good one (tensorflow/core/lib/hash/crc32c.h).

internal import CKernels

package enum MaskedCRC {
    /// What a record stores for `bytes`.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        mask(crc32c(bytes))
    }

    /// The plain CRC-32C.
    /// - Parameter portable: by table even where the CPU has an instruction; for the tests to compare.
    package static func crc32c(_ bytes: UnsafeRawBufferPointer, portable: Bool = false) -> UInt32 {
        portable
            ? crc32c_extend_portable(0, bytes.baseAddress, bytes.count)
            : crc32c_extend(0, bytes.baseAddress, bytes.count)
    }

    static func mask(_ crc: UInt32) -> UInt32 {
        (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}
