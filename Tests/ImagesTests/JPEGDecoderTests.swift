// Every kind of JPEG that data sets hold, and every way one can be damaged.

import Images
import Testing

@Suite struct JPEGDecoderTests {
    static let encoders = JPEGEncoder.Color.allCases.flatMap { color in
        [false, true].map { JPEGEncoder(color: color, quality: 95, progressive: $0) }
    }

    private func code(of body: () throws -> Void) -> ImagesError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ImagesError)?.code
        }
    }

    @Test(arguments: encoders) func pixelsSurvive(_ encoder: JPEGEncoder) throws {
        for (width, height) in [(64, 48), (33, 17), (1, 1), (7, 200)] {
            let image = Image.gradient(width: width, height: height)
            let decoded = try JPEGDecoder().image(encoder.encode(image))
            let expected = encoder.color == .grey ? image.grey : image
            #expect(decoded.distance(to: expected) <= 14, "\(width) × \(height)")
        }
    }

    @Test func inksWithoutAdobesMarkerAreNotInverted() throws {
        let image = Image(
            width: 16, height: 16,
            pixels: Array(repeating: [200, 100, 50] as [UInt8], count: 256).flatMap(\.self))
        var bytes = try JPEGEncoder(color: .cmyk, quality: 100).encode(image)
        let adobe = try #require(segments(bytes).first { $0.marker == 0xee })
        bytes.removeSubrange(adobe.range)
        let decoded = try JPEGDecoder().image(bytes)
        // Stored: 255, 128, 64 and black 200. As plain inks: (255 - c)(255 - k) / 255.
        for (channel, expected) in [0, 27, 41].enumerated() {
            #expect(abs(Int(decoded.pixels[channel]) - expected) <= 2)
        }
    }

    @Test func exifIsIgnored() throws {
        let image = Image.gradient(width: 40, height: 20)
        let plain = try JPEGEncoder().encode(image)
        // Little-endian TIFF with one entry: orientation (0x0112), short, 1 value, 6 (a quarter turn).
        let exif: [UInt8] =
            [0xff, 0xe1, 0, 34] + Array("Exif".utf8) + [0, 0] + Array("II*".utf8)
            + [0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
        let turned = Array(plain[..<2]) + exif + Array(plain[2...])
        #expect(try JPEGDecoder().image(turned) == JPEGDecoder().image(plain))
    }

    @Test(arguments: encoders) func everyTruncationIsAnError(_ encoder: JPEGEncoder) throws {
        let bytes = try encoder.encode(.noise(width: 40, height: 40))
        let decoder = JPEGDecoder()
        for count in Array(stride(from: 0, to: bytes.count, by: 37)) + [bytes.count - 2, bytes.count - 1] {
            #expect(
                code { _ = try decoder.image(Array(bytes.prefix(count))) } == .undecodable, "\(count) bytes")
        }
        #expect(try decoder.image(bytes).width == 40, "the decoder works on after errors")
    }

    @Test func whatIsNotJPEG() {
        let decoder = JPEGDecoder()
        let garbage = Image.noise(width: 40, height: 40).pixels
        for bytes in [
            [], [0], [0xff, 0xd8], Array(repeating: 0, count: 5000), garbage, [0xff, 0xd8, 0xff] + garbage,
        ] {
            #expect(code { _ = try decoder.image(bytes) } == .undecodable)
        }
    }

    @Test func damagedDataIsAnErrorOrAnImageButNeverACrash() throws {
        let bytes = try JPEGEncoder(progressive: true).encode(.noise(width: 40, height: 40))
        let decoder = JPEGDecoder()
        for offset in stride(from: 2, to: bytes.count, by: 11) {
            var damaged = bytes
            damaged[offset] ^= 0xff
            #expect([nil, .undecodable].contains(code { _ = try decoder.image(damaged) }))
        }
    }

    @Test(arguments: [(65535, 65535), (65000, 65000), (0, 10), (10, 0)])
    func absurdSizesAreRefusedBeforeAllocation(_ width: Int, _ height: Int) throws {
        var bytes = try JPEGEncoder().encode(.gradient(width: 32, height: 32))
        let frame = try #require(segments(bytes).first { $0.marker == 0xc0 }).range.lowerBound
        bytes.replaceSubrange(
            frame + 5..<frame + 9,
            with: [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)])
        #expect(code { _ = try JPEGDecoder().image(bytes) } == .undecodable)
    }

    /// A file without tables must not borrow those of the image before it.
    @Test func imagesDoNotDependOnTheOneBefore() throws {
        var bytes = try JPEGEncoder().encode(.noise(width: 32, height: 32))
        for segment in segments(bytes).reversed() where segment.marker == 0xdb {
            bytes.removeSubrange(segment.range)
        }
        let decoder = JPEGDecoder()
        _ = try decoder.image(JPEGEncoder().encode(.noise(width: 32, height: 32)))
        #expect(code { _ = try decoder.image(bytes) } == .undecodable)
    }

    @Test(arguments: [
        (1024, 600, 300, 512), (4096, 2048, 256, 512), (511, 2000, 256, 256), (510, 2000, 256, 510),
        (100, 90, 256, 100),
    ])
    func scalingKeepsTheShorterSide(_ width: Int, _ height: Int, _ minSide: Int, _ expected: Int) throws {
        let bytes = try JPEGEncoder(quality: 50).encode(.gradient(width: width, height: height))
        let scaled = try bytes.withUnsafeBytes { try JPEGDecoder().decode($0, minSide: minSide).width }
        #expect(scaled == expected)
    }

    @Test func anEmptyImageCannotBeEncoded() {
        #expect(code { _ = try JPEGEncoder().encode(Image(width: 0, height: 5, pixels: [])) } == .unencodable)
    }
}
