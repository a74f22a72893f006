// What training, evaluation and classification all see of an image file: 256 × 256 from its middle. Owned by one thread.

package final class SquareDecoder {
    /// How an image becomes a square.
    package enum Fit: Hashable, Sendable {
        /// Its shorter side is scaled to 256 pixels, then the middle is cut out.
        case scaled
        /// The middle is cut out as it is; an image with a side below 256 pixels is scaled as above.
        case cut
    }

    private let decoder = ImageDecoder()
    private let resize = Resize()
    private let fit: Fit
    private let isUpright: Bool

    /// - Parameter isUpright: whether an image is turned as its EXIF orientation says, as a person sees it. Training does
    ///   without, as torchvision's ImageFolder does.
    package init(_ fit: Fit = .scaled, isUpright: Bool = false) {
        (self.fit, self.isUpright) = (fit, isUpright)
    }

    /// Decodes an image file's bytes into `square` ([256][256][3]).
    ///
    /// - Throws: `ImagesError` of code `undecodable`; `square` holds anything then.
    package func decode(
        _ bytes: UnsafeRawBufferPointer, into square: UnsafeMutablePointer<UInt8>
    ) throws(ImagesError) {
        let minSide = fit == .scaled ? Resize.side : nil
        let pixels =
            try isUpright
            ? decoder.decodeUpright(bytes, minSide: minSide)
            : decoder.decode(bytes, minSide: minSide, onlyMiddle: true, square: square)
        if pixels.base == UnsafePointer(square) { return }
        guard fit == .cut, min(pixels.width, pixels.height) >= Resize.side else {
            return resize.centerSquare(of: pixels, into: square)
        }
        let left = Resize.middle(of: pixels.width, Resize.side)
        let top = Resize.middle(of: pixels.height, Resize.side)
        let row = Resize.side * 3
        for y in 0..<Resize.side {
            (square + y * row).update(from: pixels.base + ((top + y) * pixels.width + left) * 3, count: row)
        }
    }
}
