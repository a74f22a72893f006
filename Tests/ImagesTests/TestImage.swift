// Pictures and byte surgery for the tests.

import Images

extension Image {
    /// Smooth colours, so that JPEG's loss is small: a different slope per channel.
    static func gradient(width: Int, height: Int) -> Image {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                pixels += [
                    UInt8(40 + x * 180 / width), UInt8(220 - y * 160 / height),
                    UInt8(60 + (x + y) * 120 / (width + height)),
                ]
            }
        }
        return Image(width: width, height: height, pixels: pixels)
    }

    /// Every pixel independent: the hardest case for a filter.
    static func noise(width: Int, height: Int) -> Image {
        var state: UInt32 = 12345
        let pixels = (0..<width * height * 3).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        return Image(width: width, height: height, pixels: pixels)
    }

    var grey: Image {
        var grey = pixels
        for i in stride(from: 0, to: pixels.count, by: 3) {
            let y = 0.299 * Double(pixels[i]) + 0.587 * Double(pixels[i + 1]) + 0.114 * Double(pixels[i + 2])
            for channel in 0..<3 { grey[i + channel] = UInt8(y.rounded()) }
        }
        return Image(width: width, height: height, pixels: grey)
    }

    /// The largest difference of any value.
    func distance(to other: Image) -> Int {
        guard (width, height) == (other.width, other.height) else { return .max }
        return zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }
}

/// The offsets and lengths of a JPEG file's marker segments before the image data, by their second marker byte.
func segments(_ jpeg: [UInt8]) -> [(marker: UInt8, range: Range<Int>)] {
    var found: [(UInt8, Range<Int>)] = []
    var offset = 2
    while offset + 4 <= jpeg.count, jpeg[offset] == 0xff {
        let length = Int(jpeg[offset + 2]) << 8 | Int(jpeg[offset + 3])
        found.append((jpeg[offset + 1], offset..<offset + 2 + length))
        if jpeg[offset + 1] == 0xda { break }
        offset += 2 + length
    }
    return found
}
