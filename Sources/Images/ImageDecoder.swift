// The bytes of an image file, whatever its format, to RGB pixels. A pure function of the bytes. Owned by one thread.

package final class ImageDecoder {
    private let jpeg = JPEGDecoder()
    private let png = PNGDecoder()
    private var turned = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

    package init() {}

    deinit { turned.deallocate() }

    /// Decodes a file's bytes as they are stored: EXIF orientation is not applied, nor is it by torchvision's ImageFolder.
    ///
    /// - Parameters:
    ///   - minSide: as `JPEGDecoder.decode` has it; a PNG image always comes in its own size.
    ///   - onlyMiddle, square: as there.
    /// - Returns: pixels that are valid until the decoder's next use.
    /// - Throws: `ImagesError` of code `undecodable` or `memory`.
    package func decode(
        _ bytes: UnsafeRawBufferPointer, minSide: Int? = nil, onlyMiddle: Bool = false,
        square: UnsafeMutablePointer<UInt8>? = nil
    ) throws(ImagesError) -> Pixels {
        switch try ImageFormat(bytes) {
        case .jpeg: try jpeg.decode(bytes, minSide: minSide, onlyMiddle: onlyMiddle, square: square)
        case .png: try png.decode(bytes)
        }
    }

    /// As `decode`, and turned as a JPEG file's EXIF orientation says: the image as a person sees it.
    package func decodeUpright(
        _ bytes: UnsafeRawBufferPointer, minSide: Int? = nil
    ) throws(ImagesError) -> Pixels {
        let pixels = try decode(bytes, minSide: minSide)
        let orientation = Orientation(jpeg: bytes)
        if orientation == .upright { return pixels }
        if turned.count < pixels.count * 3 {
            turned.deallocate()
            turned = .allocate(capacity: pixels.count * 3)
        }
        guard let base = turned.baseAddress else { preconditionFailure("an image has pixels") }
        let size = orientation.size(width: pixels.width, height: pixels.height)
        pixels.copy(orientation, to: base, stride: size.width)
        return Pixels(base: base, width: size.width, height: size.height)
    }

    /// A copy of the whole image, in its own size, not turned.
    package func image(_ bytes: [UInt8]) throws -> Image {
        try bytes.withUnsafeBytes { try decode($0).image }
    }
}
