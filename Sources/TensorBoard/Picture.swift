// An image as TensorBoard takes it: PNG bytes, and what their header says of them.

package struct Picture: Hashable, Sendable {
    package let png: [UInt8]
    /// In pixels.
    package let width: Int
    package let height: Int
    /// Channels: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
    package let channels: Int

    /// - Throws: `TensorBoardError.invalidPoint` where the bytes do not begin as a PNG file does (RFC 2083).
    package init(png: [UInt8]) throws {
        guard let picture = Picture(decoding: png) else {
            throw TensorBoardError(.invalidPoint, "an image's \(png.count) bytes are not those of a PNG file")
        }
        self = picture
    }

    /// Nil where the bytes are no PNG. Its header has a fixed place: signature (8 bytes), length (4), "IHDR", width,
    /// height (4 each, big-endian), bits, colour type.
    init?(decoding png: [UInt8]) {
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        guard png.count > 33, png.starts(with: signature), Array(png[12..<16]) == Array("IHDR".utf8) else {
            return nil
        }
        func number(at offset: Int) -> Int { png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        let channels = [0: 1, 2: 3, 3: 3, 4: 2, 6: 4][png[25]]
        let (width, height) = (number(at: 16), number(at: 20))
        guard let channels, (1...Int(Int32.max)).contains(width), (1...Int(Int32.max)).contains(height) else {
            return nil
        }
        (self.png, self.width, self.height, self.channels) = (png, width, height, channels)
    }
}
