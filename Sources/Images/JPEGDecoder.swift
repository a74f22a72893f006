// JPEG bytes to RGB pixels, in memory that is reused from image to image. A pure function of the bytes; a damaged image
// is an error, never half an image. Owned by one thread.

internal import CJPEG

package final class JPEGDecoder {
    /// What decodes, with its version: "libjpeg-turbo 2.1.5".
    package static var version: String { String(cString: cjpeg_library()) }

    private let decoder: OpaquePointer

    package init() {
        guard let decoder = cjpeg_decoder_new() else { fatalError("out of memory for a JPEG decoder") }
        self.decoder = decoder
    }

    deinit { cjpeg_decoder_free(decoder) }

    /// Decodes a file's bytes. EXIF orientation is not applied.
    ///
    /// - Parameters:
    ///   - minSide: Where given, the image may come at 1/2, 1/4 or 1/8 of its size as long as its shorter side
    ///   keeps this many pixels; that is several times faster.
    ///   - onlyMiddle: where nothing but the largest square in the middle is looked at; what lies far from it is anything.
    ///   - square: [256][256][3], which is filled, and returned, where the image has just this size.
    /// - Throws: `ImagesError` of code `undecodable` or `memory`; the square holds anything then.
    package func decode(
        _ bytes: UnsafeRawBufferPointer, minSide: Int? = nil, onlyMiddle: Bool = false,
        square: UnsafeMutablePointer<UInt8>? = nil
    ) throws(ImagesError) -> Pixels {
        var base: UnsafePointer<UInt8>?
        var (width, height): (Int32, Int32) = (0, 0)
        var message = [CChar](repeating: 0, count: Int(CJPEG_MESSAGE_SIZE))
        let result = cjpeg_decode(
            decoder, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
            Int32(clamping: minSide ?? 0), onlyMiddle ? 1 : 0, square,
            Int32(Resize.side), &base, &width, &height, &message)
        guard result == 0, let base else {
            throw ImagesError(result == Int32(CJPEG_NO_MEMORY) ? .memory : .undecodable, text(message))
        }
        return Pixels(base: base, width: Int(width), height: Int(height))
    }

    /// A copy of the whole image, in its own size.
    package func image(_ bytes: [UInt8]) throws -> Image {
        try bytes.withUnsafeBytes { try decode($0).image }
    }
}

/// The text of a C buffer that ends with NUL.
func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
