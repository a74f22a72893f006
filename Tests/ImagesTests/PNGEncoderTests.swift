// PNG: the bytes of a small image, and every pixel back out of two decoders that share nothing with the encoder.

import Images
import Testing

@Suite struct PNGEncoderTests {
    @Test func goldenBytes() throws {
        let image = Image(width: 2, height: 2, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
        // Made by Python: struct, zlib.crc32, and zlib.compressobj(6, strategy=Z_FILTERED) over the rows
        // 04 ff0000 01ff00 and 04 0100ff ff0000.
        let golden: [UInt8] = [
            0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
            0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x08, 0x02, 0x00, 0x00, 0x00, 0xfd, 0xd4, 0x9a,
            0x73, 0x00, 0x00, 0x00, 0x16, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf9, 0xcf, 0xc0, 0xc0,
            0xf8, 0x9f, 0x81, 0x85, 0x91, 0xe1, 0xff, 0x7f, 0x06, 0x06, 0x00, 0x1d, 0x55, 0x04, 0x07, 0x27,
            0xcb, 0xe4, 0xca, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
        ]
        #expect(try PNGEncoder().encode(image) == golden)
    }

    static let sizes = [(1, 1), (1, 9), (300, 1), (2, 3), (61, 47)]

    @Test(arguments: sizes, [1, 6, 9])
    func everyPixelComesBack(_ size: (width: Int, height: Int), _ level: Int) throws {
        for image in [
            Image.noise(width: size.width, height: size.height),
            .gradient(width: size.width, height: size.height),
        ] {
            let png = try PNGEncoder(level: level).encode(image)
            let read = try PNGReader(png)
            #expect(read.image == image)
            #expect(read.colorType == 2)
            #expect(try PNGEncoder(level: level).encode(image) == png)
        }
    }

    @Test(arguments: sizes) func withoutColorOneChannelIsStored(_ size: (width: Int, height: Int)) throws {
        let image = Image.noise(width: size.width, height: size.height).grey
        let read = try PNGReader(PNGEncoder().encode(image))
        #expect(read.image == image)
        #expect(read.colorType == 0)
    }

    /// The whole range of differences between neighbours, of both signs.
    @Test func extremesComeBack() throws {
        let levels: [UInt8] = [0, 255, 1, 254, 127, 128, 0, 0, 255, 255, 0]
        let pixels = (0..<99 * 3).map { levels[($0 * $0 / 3 + $0) % levels.count] }
        let image = Image(width: 9, height: 11, pixels: pixels)
        #expect(try PNGReader(PNGEncoder().encode(image)).image == image)
    }

    @Test func flatAreasAreSmall() throws {
        let image = Image(width: 700, height: 100, pixels: Array(repeating: 200, count: 210_000))
        #expect(try PNGEncoder().encode(image).count < 1000)
    }

    @Test(arguments: [(0, 5), (5, 0), (0, 0)])
    func anImageWithoutPixelsIsRefused(_ width: Int, _ height: Int) throws {
        let error = #expect(throws: ImagesError.self) {
            try PNGEncoder().encode(Image(width: width, height: height, pixels: []))
        }
        #expect(error?.code == .unencodable)
        #expect(error?.description.contains("\(width) × \(height)") == true)
    }

    @Test(.enabled(if: PythonPNG.isAvailable, "there is no python3 with zlib"))
    func pythonReadsThePixels() throws {
        for image in [
            Image.noise(width: 31, height: 17), .gradient(width: 64, height: 5),
            .gradient(width: 20, height: 30).grey,
        ] {
            #expect(try PythonPNG.pixels(PNGEncoder().encode(image)) == image.pixels)
        }
    }
}
