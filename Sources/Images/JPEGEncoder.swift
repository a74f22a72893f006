// RGB pixels to JPEG bytes, the same bytes every time.

internal import CJPEG

package struct JPEGEncoder: Sendable {
    /// How the colours are stored in the file.
    package enum Color: Sendable, CaseIterable {
        case ycbcr, grey
        /// Four inks as Photoshop writes them: inverted, with Adobe's marker.
        case cmyk, ycck
    }

    package var color: Color
    /// 1...100, as libjpeg counts.
    package var quality: Int
    package var progressive: Bool

    package init(color: Color = .ycbcr, quality: Int = 90, progressive: Bool = false) {
        (self.color, self.quality, self.progressive) = (color, quality, progressive)
    }

    /// - Throws: `ImagesError` of code `unencodable`: a side of 0 or above 65500 pixels.
    package func encode(_ image: Image) throws(ImagesError) -> [UInt8] {
        let stored =
            switch color {
            case .ycbcr: CJPEG_YCBCR
            case .grey: CJPEG_GREY
            case .cmyk: CJPEG_CMYK
            case .ycck: CJPEG_YCCK
            }
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        var message = [CChar](repeating: 0, count: Int(CJPEG_MESSAGE_SIZE))
        let result = cjpeg_encode(
            image.pixels, Int32(clamping: image.width), Int32(clamping: image.height), stored,
            Int32(clamping: quality), progressive ? 1 : 0, &bytes, &count, &message)
        guard result == 0, let bytes else {
            throw ImagesError(.unencodable, "an image of \(image.width) × \(image.height): \(text(message))")
        }
        defer { cjpeg_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
