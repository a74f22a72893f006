// A sample's bytes as they are stored, and what they are.

package import Images
package import Records

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

    package init(bytes: UnsafeRawBufferPointer, form: Form) { (self.bytes, self.form) = (bytes, form) }

    /// The image in a record; nil where it holds none, or pixels of another number.
    package init?(_ example: Example) {
        guard let bytes = example.bytes(ExampleKey.encoded) else { return nil }
        guard example.text(ExampleKey.format) == ExampleKey.raw else {
            self.init(bytes: bytes, form: .file)
            return
        }
        guard bytes.count == Resize.bytesPerSquare else { return nil }
        self.init(bytes: bytes, form: .square)
    }
}

extension SquareDecoder {
    /// The square that the network is fed from.
    ///
    /// - Throws: `ImagesError` of code `undecodable`; `square` holds anything then.
    package func decode(_ image: EncodedImage, into square: UnsafeMutablePointer<UInt8>) throws(ImagesError) {
        switch image.form {
        case .file: try decode(image.bytes, into: square)
        case .square:
            UnsafeMutableRawBufferPointer(start: square, count: Resize.bytesPerSquare).copyMemory(
                from: image.bytes)
        }
    }
}
