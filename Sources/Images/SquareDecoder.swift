// What training, evaluation and classification all see of an image file: its middle 256 × 256 after scaling. Owned by one
// thread.

package final class SquareDecoder {
    private let decoder = ImageDecoder()
    private let resize = Resize()
    private let isUpright: Bool

    /// - Parameter isUpright: whether an image is turned as its EXIF orientation says, as a person sees it. Training does
    ///   without, as torchvision's ImageFolder does.
    package init(isUpright: Bool = false) { self.isUpright = isUpright }

    /// Decodes an image file's bytes into `square` ([256][256][3]).
    ///
    /// - Throws: `ImagesError` of code `undecodable`; `square` is unchanged then.
    package func decode(
        _ bytes: UnsafeRawBufferPointer, into square: UnsafeMutablePointer<UInt8>
    ) throws(ImagesError) {
        let pixels =
            try isUpright
            ? decoder.decodeUpright(bytes, minSide: Resize.side) : decoder.decode(bytes, minSide: Resize.side)
        resize.centerSquare(of: pixels, into: square)
    }
}
