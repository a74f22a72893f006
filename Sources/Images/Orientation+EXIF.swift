// The orientation in a JPEG file's EXIF segment: a TIFF header and its first directory, of which one entry counts.
//
//   FF E1 | length u16be | "Exif" 0 0 | "II" or "MM", 42, offset u32 | … | entries u16, and each of them:
//   tag u16, type u16, count u32, value in 4 bytes
//
// Damage in there is no reason to refuse an image: what cannot be read is upright. Every offset is checked.

extension Orientation {
    /// Of a JPEG file's bytes; upright for any other file.
    package init(jpeg bytes: UnsafeRawBufferPointer) {
        self = Self.exif(bytes).flatMap(Self.init(tiff:)) ?? .upright
    }

    /// What follows "Exif" in the first segment that begins with it.
    private static func exif(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let signature: [UInt8] = Array("Exif".utf8) + [0, 0]
        guard bytes.starts(with: [0xff, 0xd8]) else { return nil }
        var offset = 2
        while offset + 4 <= bytes.count, bytes[offset] == 0xff {
            let marker = bytes[offset + 1]
            switch marker {
            case 0xff: offset += 1  // filling
            case 0x01, 0xd0...0xd7: offset += 2  // alone
            case 0xd9, 0xda: return nil  // the image's data begin, or it ends
            default:
                let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
                guard length >= 2, offset + 2 + length <= bytes.count else { return nil }
                let segment = UnsafeRawBufferPointer(rebasing: bytes[offset + 4..<offset + 2 + length])
                if marker == 0xe1, segment.starts(with: signature) {
                    return UnsafeRawBufferPointer(rebasing: segment[signature.count...])
                }
                offset += 2 + length
            }
        }
        return nil
    }

    /// Of the first directory of a TIFF structure.
    private init?(tiff: UnsafeRawBufferPointer) {
        let isLittle = tiff.starts(with: Array("II".utf8))
        guard isLittle || tiff.starts(with: Array("MM".utf8)) else { return nil }
        func number(at offset: Int, bytes: Int) -> Int? {
            guard offset >= 0, offset + bytes <= tiff.count else { return nil }
            let range = tiff[offset..<offset + bytes]
            return isLittle
                ? range.reversed().reduce(0) { $0 << 8 | Int($1) } : range.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let entries = number(at: directory, bytes: 2)
        else { return nil }
        for index in 0..<entries {
            let entry = directory + 2 + index * 12
            guard let tag = number(at: entry, bytes: 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // A short stands in the first two of the value's four bytes.
            guard number(at: entry + 2, bytes: 2) == 3, number(at: entry + 4, bytes: 4) == 1,
                let value = number(at: entry + 8, bytes: 2)
            else { return nil }
            self.init(rawValue: UInt8(clamping: value))
            return
        }
        return nil
    }
}
