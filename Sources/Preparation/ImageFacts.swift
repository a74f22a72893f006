// What a file says of the image in it before it is decoded: enough to tell what had to be repaired, and whether its bytes
// can stay as they are. A pure function of the bytes; what cannot be read is not known.

internal import Images

struct ImageFacts {
    var isPNG = false
    /// 1 for grey, 3 for colours, 4 for inks; 0 where it is not known.
    var components = 0
    var width = 0
    var height = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        switch try? ImageFormat(bytes) {
        case .png: isPNG = true
        case .jpeg: readFrame(bytes)
        case nil: break
        }
    }

    /// The frame header of a JPEG file (ITU-T T.81, B.2.2): FF C0…CF, length u16be, precision u8, height u16be, width
    /// u16be, components u8.
    private mutating func readFrame(_ bytes: UnsafeRawBufferPointer) {
        func number(_ offset: Int) -> Int { Int(bytes[offset]) << 8 | Int(bytes[offset + 1]) }
        var offset = 2
        while offset + 10 <= bytes.count, bytes[offset] == 0xff {
            switch bytes[offset + 1] {
            case 0xff: offset += 1  // filling
            case 0x01, 0xd0...0xd7: offset += 2  // alone
            case 0xd9, 0xda: return  // the image's data begin, or it ends
            case 0xc0...0xc3, 0xc5...0xc7, 0xc9...0xcb, 0xcd...0xcf:
                (height, width) = (number(offset + 5), number(offset + 7))
                components = Int(bytes[offset + 9])
                return
            default: offset += 2 + max(number(offset + 2), 2)
            }
        }
    }
}
