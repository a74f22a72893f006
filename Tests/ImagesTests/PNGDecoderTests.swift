// Every form of PNG, and every way one can be damaged or lie about itself.

import Images
import Testing

@Suite struct PNGDecoderTests {
    static let forms: [(color: Int, depth: Int)] =
        [(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])].flatMap {
            (color, depths) in depths.map { (color, $0) }
        }

    private func decoded(_ bytes: [UInt8]) throws -> Image { try ImageDecoder().image(bytes) }

    private func problem(_ bytes: [UInt8]) -> String? {
        do {
            _ = try decoded(bytes)
            return nil
        } catch let error as ImagesError {
            #expect(error.code == .undecodable)
            return error.message
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test(arguments: forms) func everyForm(_ form: (color: Int, depth: Int)) throws {
        for (width, height) in [(13, 11), (1, 1), (8, 9), (5, 1), (1, 20), (64, 3)] {
            for isInterlaced in [false, true] {
                let png = TestPNG(
                    width: width, height: height, color: form.color, depth: form.depth,
                    isInterlaced: isInterlaced, pieces: 3)
                let expected = Image(width: width, height: height, pixels: png.pixels)
                #expect(try decoded(png.bytes) == expected, "\(png)")
            }
        }
    }

    @Test func ourOwnEncodersFiles() throws {
        for image in [Image.noise(width: 61, height: 47), .gradient(width: 300, height: 20).grey] {
            #expect(try decoded(PNGEncoder().encode(image)) == image)
        }
    }

    /// As PIL's convert("RGB"): what is transparent shows the colour that it hides.
    @Test func transparencyIsDropped() throws {
        var png = TestPNG(color: 3, depth: 4)
        png.extra = TestPNG.chunk("tRNS", [0, 128, 255])
        #expect(try decoded(png.bytes).pixels == png.pixels)
    }

    @Test func aPaletteMayBeShort() throws {
        let png = TestPNG(width: 3, height: 1, color: 3, depth: 8)
        let bytes =
            TestPNG.signature + png.header + TestPNG.chunk("PLTE", [1, 2, 3, 4, 5, 6])
            + TestPNG.chunk("IDAT", TestPNG.compressed([0, 1, 0, 200])) + TestPNG.chunk("IEND", [])
        #expect(try decoded(bytes).pixels == [4, 5, 6, 1, 2, 3, 0, 0, 0])
    }

    @Test func oneDecoderForManyImages() throws {
        let decoder = ImageDecoder()
        let small = TestPNG(width: 3, height: 2)
        let large = TestPNG(width: 90, height: 70, color: 6)
        let jpeg = try JPEGEncoder().encode(.gradient(width: 20, height: 10))
        for _ in 0..<2 {
            #expect(try decoder.image(small.bytes).pixels == small.pixels)
            #expect(try decoder.image(large.bytes).pixels == large.pixels)
            #expect(try decoder.image(jpeg).width == 20)
            #expect(throws: ImagesError.self) { try decoder.image(Array(large.bytes.dropLast(40))) }
        }
    }

    @Test func everyTruncationIsAnError() {
        let bytes = TestPNG(color: 6, pieces: 4).bytes
        for count in 0..<bytes.count {
            #expect(problem(Array(bytes.prefix(count))) != nil, "\(count) of \(bytes.count) bytes")
        }
    }

    /// Every byte counts: a checksum covers it, or it is the signature or a length.
    @Test func everyDamagedByteIsAnError() {
        let bytes = TestPNG(color: 3, depth: 2, isInterlaced: true, pieces: 2).bytes
        for offset in bytes.indices {
            var damaged = bytes
            damaged[offset] ^= 0x10
            #expect(problem(damaged) != nil, "byte \(offset) of \(bytes.count)")
        }
    }

    @Test func theChecksumsOffsetIsNamed() {
        var bytes = TestPNG().bytes
        bytes[20] ^= 1
        #expect(problem(bytes) == "the PNG chunk at byte 8 is damaged (its checksum is wrong)")
    }

    @Test(arguments: [
        ("a header's absurd form", TestPNG(color: 2, depth: 4)),
        ("no width", TestPNG(width: 0)), ("no height", TestPNG(height: 0)),
    ])
    func headersThatCannotBe(_ what: String, _ png: TestPNG) {
        #expect(
            problem(TestPNG.signature + png.header + TestPNG.chunk("IDAT", []) + TestPNG.chunk("IEND", []))
                != nil)
    }

    /// A small file may say that it is very large: refused before any memory is taken.
    @Test(arguments: [(65501, 1), (1, 65501), (65500, 65500), (20000, 20000), (2_147_483_647, 2_147_483_647)])
    func absurdSizes(_ width: Int, _ height: Int) {
        let header = TestPNG(width: width, height: height).header
        let data = TestPNG.chunk("IDAT", TestPNG.compressed(Array(repeating: 0, count: 5000)))
        let message = problem(TestPNG.signature + header + data + TestPNG.chunk("IEND", []))
        #expect(message?.contains("\(width) × \(height)") == true)
    }

    /// A stream that goes on for megabytes behind a small image costs nothing.
    @Test func moreDataThanPixels() throws {
        let png = TestPNG(width: 2, height: 1)
        let bomb = TestPNG.compressed([0, 1, 2, 3, 4, 5, 6] + [UInt8](repeating: 0, count: 2_000_000))
        let bytes =
            TestPNG.signature + png.header + TestPNG.chunk("IDAT", bomb) + TestPNG.chunk("IEND", [])
        #expect(try decoded(bytes).pixels == [1, 2, 3, 4, 5, 6])
    }

    @Test func rowsThatCannotBe() {
        let png = TestPNG(width: 2, height: 1)
        for (rows, text) in [
            ([5, 0, 0, 0, 0, 0, 0], "filter"), ([0, 1, 2], "too early"), ([], "too early"),
        ] {
            let data = TestPNG.chunk("IDAT", TestPNG.compressed(rows.map { UInt8($0) }))
            let message = problem(TestPNG.signature + png.header + data + TestPNG.chunk("IEND", []))
            #expect(message?.contains(text) == true, "\(rows)")
        }
        let garbage = TestPNG.chunk("IDAT", Array(repeating: 7, count: 90))
        #expect(
            problem(TestPNG.signature + png.header + garbage + TestPNG.chunk("IEND", []))?.contains("damaged")
                == true)
    }

    @Test func chunksThatCannotBe() {
        let png = TestPNG(width: 2, height: 1, color: 3)
        let data = TestPNG.chunk("IDAT", TestPNG.compressed([0, 0, 0]))
        let end = TestPNG.chunk("IEND", [])
        let grey = TestPNG(width: 2, height: 1, color: 0)
        #expect(problem(TestPNG.signature + grey.header + data + end) == nil)
        #expect(problem(TestPNG.signature + png.header + data + end)?.contains("palette") == true)
        #expect(
            problem(TestPNG.signature + png.header + TestPNG.chunk("PLTE", [1, 2]) + data + end)?
                .contains("palette") == true)
        #expect(problem(TestPNG.signature + data + end)?.contains("header") == true)
        #expect(
            problem(TestPNG.signature + grey.header + TestPNG.chunk("ABCD", []) + data + end)?
                .contains("no known type") == true)
        #expect(problem(TestPNG.signature + TestPNG.number(0xffff_ffff) + end)?.contains("too early") == true)
    }

    @Test func whatIsNoImageIsNamed() {
        #expect(problem([]) == "the file is empty")
        #expect(problem(Array("GIF89a".utf8))?.contains("GIF") == true)
        #expect(problem(Array("<!DOCTYPE html>".utf8))?.contains("HTML") == true)
        #expect(problem(Array(repeating: 0, count: 100)) == "Not a JPEG or PNG image")
    }
}
