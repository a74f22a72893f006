// One thread's tools: an image file's bytes to what is stored. Whatever is stored has been decoded as training will do.

internal import CKernels
internal import Datasets
internal import Images

final class ImagePreparer {
    private let settings: PreparationSettings
    private let decoder = ImageDecoder()
    private let squares = SquareDecoder()
    private let square = UnsafeMutablePointer<UInt8>.allocate(capacity: Resize.bytesPerSquare)

    /// The longest side that JPEG can have (libjpeg's JPEG_MAX_DIMENSION).
    private static let longestSide = 65_500

    init(_ settings: PreparationSettings) { self.settings = settings }

    deinit { square.deallocate() }

    /// - Parameter name: of the file.
    /// - Throws: `ImagesError` for an image that cannot be used, with the reason.
    func prepare(_ image: EncodedImage, name: String) throws(ImagesError) -> PreparedImage {
        switch settings.format {
        case .raw: try raw(image, name)
        case .jpeg: try jpeg(image, name)
        }
    }

    /// As training from the folder would see it: orientation is not applied there either.
    private func raw(_ image: EncodedImage, _ name: String) throws(ImagesError) -> PreparedImage {
        try squares.decode(image, into: square)
        let repairs = image.form == .square ? [] : repairs(ImageFacts(image.bytes), name)
        return PreparedImage(
            bytes: Array(UnsafeBufferPointer(start: square, count: Resize.bytesPerSquare)),
            width: Resize.side,
            height: Resize.side, repairs: repairs, sums: sums())
    }

    private func jpeg(_ image: EncodedImage, _ name: String) throws(ImagesError) -> PreparedImage {
        guard image.form == .file else {
            guard let base = image.bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
                throw ImagesError(.undecodable, "it has no pixels")
            }
            return try stored(Pixels(base: base, width: Resize.side, height: Resize.side), [])
        }
        let facts = ImageFacts(image.bytes)
        let orientation = Orientation(jpeg: image.bytes)
        if facts.components == 3, orientation == .upright, isFinal(facts.width, facts.height) {
            // Encoding it again would only lose.
            return try checked([UInt8](image.bytes), facts.width, facts.height, [])
        }
        // At twice the size that is wanted, scaling in the DCT takes nothing from what the filter leaves.
        let pixels = try decoder.decodeUpright(image.bytes, minSide: settings.size * 2)
        return try stored(pixels, repairs(facts, name) + (orientation == .upright ? [] : [.turned]))
    }

    private func isFinal(_ width: Int, _ height: Int) -> Bool {
        min(width, height) == settings.size && (!settings.crop || max(width, height) == settings.size)
    }

    private func stored(_ pixels: Pixels, _ repairs: [PreparedImage.Repair]) throws(ImagesError)
        -> PreparedImage
    {
        let scaled = try scaled(pixels)
        let bytes = try JPEGEncoder(quality: settings.quality).encode(scaled)
        return try checked(bytes, scaled.width, scaled.height, repairs)
    }

    private func scaled(_ pixels: Pixels) throws(ImagesError) -> Image {
        let (side, shorter) = (settings.size, min(pixels.width, pixels.height))
        // Rounded down, as torchvision does.
        let (width, height) = (pixels.width * side / shorter, pixels.height * side / shorter)
        guard settings.crop || max(width, height) <= Self.longestSide else {
            throw ImagesError(
                .unencodable,
                "\(pixels.width) × \(pixels.height) pixels, too long for its width; --crop takes the middle")
        }
        let wanted = settings.crop ? (width: side, height: side) : (width: width, height: height)
        if (pixels.width, pixels.height) == wanted { return pixels.image }
        var shape = resample_shape(
            scaled_width: width, scaled_height: height, left: Resize.middle(of: width, wanted.width),
            top: Resize.middle(of: height, wanted.height), width: Int32(wanted.width),
            height: Int32(wanted.height))
        let scaled = [UInt8](unsafeUninitializedCapacity: wanted.width * wanted.height * 3) { target, count in
            let result = resample_lanczos(
                pixels.base, Int32(pixels.width), Int32(pixels.height), &shape, target.baseAddress)
            guard result == 0 else {
                fatalError("out of memory for scaling an image of \(pixels.width) × \(pixels.height)")
            }
            count = target.count
        }
        return Image(width: wanted.width, height: wanted.height, pixels: scaled)
    }

    private func checked(
        _ bytes: [UInt8], _ width: Int, _ height: Int, _ repairs: [PreparedImage.Repair]
    ) throws(ImagesError) -> PreparedImage {
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(ImagesError) in try squares.decode(bytes, into: square) }
        }.get()
        return PreparedImage(bytes: bytes, width: width, height: height, repairs: repairs, sums: sums())
    }

    private func sums() -> ColorSums {
        var sums = ColorSums()
        sums.add(square, count: Resize.side * Resize.side)
        return sums
    }

    private func repairs(_ facts: ImageFacts, _ name: String) -> [PreparedImage.Repair] {
        if facts.isPNG { return [name.lowercased().hasSuffix(".png") ? .png : .misnamed] }
        return switch facts.components {
        case 1: [.grey]
        case 4: [.inks]
        default: []
        }
    }
}
