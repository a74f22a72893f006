// What training, evaluation and classification all see of an image file: its middle 256 × 256 after scaling. Owned by one
// thread.

package final class SquareDecoder {
    private let decoder = ImageDecoder()
    private let resize = Resize()

    package init() {}

    /// Decodes an image file's bytes into `square` ([256][256][3]).
    ///
    /// - Throws: `ImagesError` of code `undecodable`; `square` is unchanged then.
    package func decode(
        _ bytes: UnsafeRawBufferPointer, into square: UnsafeMutablePointer<UInt8>
    ) throws(ImagesError) {
        resize.centerSquare(of: try decoder.decode(bytes, minSide: Resize.side), into: square)
    }
}
