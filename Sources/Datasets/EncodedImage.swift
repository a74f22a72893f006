// A sample's bytes as they are stored, and what they are.

package import Images

package struct EncodedImage {
    package enum Form: Sendable {
        /// A whole image file; what kind of, its first bytes tell.
        case file
        /// [256][256][3], what decoding such a file comes to.
        case square
    }

    /// Valid until the reader's next read.
    package let bytes: UnsafeRawBufferPointer
    package let form: Form
}

extension SquareDecoder {
    /// The square that the network is fed from.
    ///
    /// - Throws: `ImagesError` of code `undecodable`; `square` is unchanged then.
    package func decode(_ image: EncodedImage, into square: UnsafeMutablePointer<UInt8>) throws(ImagesError) {
        switch image.form {
        case .file: try decode(image.bytes, into: square)
        case .square:
            UnsafeMutableRawPointer(square).copyMemory(
                from: image.bytes.baseAddress!, byteCount: Resize.bytesPerSquare)
        }
    }
}
