// Of a JPEG file only what the square in the middle needs is decoded: to the same pixels as all of it, and no damage
// goes unseen.

import Images
import Testing

@Suite struct MiddleTests {
    static let sizes = [
        (900, 300), (300, 900), (700, 256), (257, 801), (500, 375), (1400, 520), (520, 1401), (640, 40),
    ]

    @Test(arguments: sizes, JPEGDecoderTests.encoders)
    func theSameSquare(_ size: (width: Int, height: Int), _ encoder: JPEGEncoder) throws {
        let bytes = try encoder.encode(.noise(width: size.width, height: size.height))
        var square = [UInt8](repeating: 0, count: Resize.bytesPerSquare)
        let decoder = SquareDecoder()
        let other = try JPEGEncoder().encode(.noise(width: 300, height: 290))
        for jpeg in [bytes, other, bytes] {
            let whole = try withExtendedLifetime(JPEGDecoder()) { reference in
                try jpeg.withUnsafeBytes { try reference.decode($0, minSide: Resize.side).image }
            }
            try jpeg.withUnsafeBytes { try decoder.decode($0, into: &square) }
            #expect(square == Resize().centerSquare(of: whole).pixels)
        }
    }

    @Test(arguments: [(900, 300), (300, 900)]) func damageBesideTheMiddleIsSeen(_ width: Int, _ height: Int)
        throws
    {
        let bytes = try JPEGEncoder(quality: 50).encode(.noise(width: width, height: height))
        var square = [UInt8](repeating: 7, count: Resize.bytesPerSquare)
        for count in [bytes.count / 20, bytes.count - 200, bytes.count - 3] {
            #expect(throws: ImagesError.self) {
                try Array(bytes.prefix(count)).withUnsafeBytes {
                    try SquareDecoder().decode($0, into: &square)
                }
            }
        }
        #expect(square.allSatisfy { $0 == 7 })
    }
}
