// EXIF's eight orientations: read from a file's bytes, and applied.

import Images
import Testing

@Suite struct OrientationTests {
    /// A TIFF structure in either byte order; `entries` are tag, type, count, value.
    private func tiff(little: Bool, _ entries: [(Int, Int, Int, Int)]) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            let low = (0..<bytes).map { UInt8(value >> (8 * $0) & 255) }
            return little ? low : low.reversed()
        }
        var bytes: [UInt8] = Array((little ? "II" : "MM").utf8) + number(42, 2) + number(10, 4) + [0, 0]
        bytes += number(entries.count, 2)
        for (tag, type, count, value) in entries {
            let held = type == 3 ? number(value, 2) + [0, 0] : number(value, 4)
            bytes += number(tag, 2) + number(type, 2) + number(count, 4) + held
        }
        return bytes + number(0, 4)
    }

    private func jpeg(_ tiff: [UInt8], before: [UInt8] = []) throws -> [UInt8] {
        let image = try JPEGEncoder(quality: 100).encode(.gradient(width: 40, height: 20))
        let body = Array("Exif".utf8) + [0, 0] + tiff
        let length = body.count + 2
        return image[..<2] + before + [0xff, 0xe1, UInt8(length >> 8), UInt8(length & 255)] + body
            + image[2...]
    }

    private func orientation(_ bytes: [UInt8]) -> Orientation {
        bytes.withUnsafeBytes { Orientation(jpeg: $0) }
    }

    @Test(arguments: Orientation.allCases, [true, false])
    func isRead(_ expected: Orientation, _ little: Bool) throws {
        let entry = (0x0112, 3, 1, Int(expected.rawValue))
        #expect(try orientation(jpeg(tiff(little: little, [entry]))) == expected)
        let among = [(0x010f, 2, 4, 0), entry, (0x0128, 3, 1, 2)]
        // Another APP1 segment, of XMP, may come first.
        let xmp: [UInt8] = [0xff, 0xe1, 0, 8] + Array("http:/".utf8)
        #expect(try orientation(jpeg(tiff(little: little, among), before: xmp)) == expected)
    }

    @Test func whatCannotBeReadIsUpright() throws {
        for entry in [(0x0112, 3, 1, 0), (0x0112, 3, 1, 9), (0x0112, 4, 1, 6), (0x0112, 3, 2, 6)] {
            #expect(try orientation(jpeg(tiff(little: true, [entry]))) == .upright)
        }
        #expect(try orientation(JPEGEncoder().encode(.gradient(width: 9, height: 9))) == .upright)
        #expect(orientation([]) == .upright)
        #expect(orientation([0xff, 0xd8, 0xff]) == .upright)
    }

    /// Never beyond the bytes, whatever the offsets say.
    @Test func damage() throws {
        let bytes = try jpeg(tiff(little: true, [(0x0112, 3, 1, 6)]))
        for count in 0..<60 { _ = orientation(Array(bytes.prefix(count))) }
        for offset in 2..<60 {
            for value: UInt8 in [0, 1, 0x7f, 0xff] {
                var damaged = bytes
                damaged[offset] = value
                _ = orientation(damaged)
            }
        }
    }

    /// Letters stand for pixels; rows as a person sees them.
    @Test(arguments: [
        (Orientation.upright, ["abc", "def"]), (.mirrored, ["cba", "fed"]), (.halfTurn, ["fed", "cba"]),
        (.flipped, ["def", "abc"]), (.transposed, ["ad", "be", "cf"]), (.right, ["da", "eb", "fc"]),
        (.transversed, ["fc", "eb", "da"]), (.left, ["cf", "be", "ad"]),
    ])
    func isApplied(_ orientation: Orientation, _ rows: [String]) {
        let image = Image(width: 3, height: 2, pixels: "abcdef".utf8.flatMap { [$0, $0 + 10, $0 + 20] })
        let turned = image.turned(orientation)
        #expect(turned.width == rows[0].count)
        #expect(turned.pixels == rows.joined().utf8.flatMap { [$0, $0 + 10, $0 + 20] })
    }

    @Test func theDecoderAppliesItWhenAsked() throws {
        let decoder = ImageDecoder()
        let plain = try decoder.image(JPEGEncoder(quality: 100).encode(.gradient(width: 40, height: 20)))
        for orientation in Orientation.allCases {
            let bytes = try jpeg(tiff(little: false, [(0x0112, 3, 1, Int(orientation.rawValue))]))
            #expect(try decoder.image(bytes) == plain)
            let upright = try bytes.withUnsafeBytes { try decoder.decodeUpright($0).image }
            #expect(upright == plain.turned(orientation))
        }
    }
}
