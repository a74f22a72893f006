// The tools that change a sample's pixels in its place of a batch. Owned by one thread.

internal import Compute
internal import Datasets
internal import Images

final class Alterer {
    private let crop: Int
    private let decoder = ImageDecoder()
    private let resize = Resize()
    /// A square, while it is turned.
    private let scratch = UnsafeMutablePointer<UInt8>.allocate(capacity: Batch.bytesPerImage)

    /// - Parameter crop: the network's input side.
    init(crop: Int) { self.crop = crop }

    deinit { scratch.deallocate() }

    /// Writes the alteration's part of the image, turned, to the corner of `target`, as many pixels as the network sees.
    ///
    /// - Throws: `ImagesError` of code `undecodable`.
    func cut(
        _ image: EncodedImage, _ alteration: Alteration, into target: UnsafeMutablePointer<UInt8>
    ) throws {
        let pixels = try pixels(image, alteration)
        guard let box = alteration.box(width: pixels.width, height: pixels.height) else {
            preconditionFailure("only a resized crop is cut")
        }
        clear(around: target)
        let isUpright = alteration.turn == .upright
        resize.square(
            of: pixels, left: box.left, top: box.top, width: box.width, height: box.height, side: crop,
            into: isUpright ? target : scratch, stride: isUpright ? Batch.side : crop)
        guard !isUpright else { return }
        Pixels(base: scratch, width: crop, height: crop).copy(alteration.turn, to: target, stride: Batch.side)
    }

    /// What the network does not see is black, not what was there before: a batch is the same whatever came before it.
    private func clear(around target: UnsafeMutablePointer<UInt8>) {
        for y in 0..<crop {
            let row = target + (y * Batch.side + crop) * 3
            row.update(repeating: 0, count: (Batch.side - crop) * 3)
        }
        (target + crop * Batch.side * 3).update(repeating: 0, count: (Batch.side - crop) * Batch.side * 3)
    }

    /// The whole image. A large JPEG comes at a part of its size where even the smallest crop has pixels enough.
    private func pixels(_ image: EncodedImage, _ alteration: Alteration) throws -> Pixels {
        switch image.form {
        case .file:
            let least = alteration.resizedCrop?.scale.lowerBound ?? 1
            let minSide = least > 0 ? Int((Double(crop) / least.squareRoot()).rounded(.up)) : nil
            return try decoder.decode(image.bytes, minSide: minSide)
        case .square:
            guard let base = image.bytes.baseAddress else { preconditionFailure("a square has pixels") }
            return Pixels(
                base: base.assumingMemoryBound(to: UInt8.self), width: Resize.side, height: Resize.side)
        }
    }

    /// Turns a whole square in its place.
    func turn(_ square: UnsafeMutablePointer<UInt8>, _ turn: Orientation) {
        guard turn != .upright else { return }
        scratch.update(from: square, count: Batch.bytesPerImage)
        Pixels(base: scratch, width: Batch.side, height: Batch.side).copy(
            turn, to: square, stride: Batch.side)
    }
}
