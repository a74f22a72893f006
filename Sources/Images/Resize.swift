// Any part of an image in another size. PIL's antialiased bilinear filter (a triangle, widened when shrinking), in
// integers. Owned by one thread.

internal import CKernels

package final class Resize {
    /// The side of the squares that networks are fed from.
    package static let side = 256
    package static let bytesPerSquare = side * side * 3

    private let scratch: OpaquePointer

    package init() {
        guard let scratch = resize_scratch_new() else { fatalError("out of memory for resizing") }
        self.scratch = scratch
    }

    deinit { resize_scratch_free(scratch) }

    /// Writes the square in the middle of `image` to `square` ([256][256][3]): the shorter side scaled to 256 pixels, then
    /// the middle cut out.
    package func centerSquare(of image: Pixels, into square: UnsafeMutablePointer<UInt8>) {
        let shorter = min(image.width, image.height)
        // Rounded down, as torchvision does.
        let (width, height) = (image.width * Self.side / shorter, image.height * Self.side / shorter)
        let shape = resize_shape(
            scaled_width: width, scaled_height: height, left: Self.middle(of: width, Self.side),
            top: Self.middle(of: height, Self.side), width: Int32(Self.side), height: Int32(Self.side))
        resize(image.base, stride: image.width, image.width, image.height, shape, square, stride: Self.side)
    }

    /// Where `length` pixels in the middle of `whole` begin. Halves to the even side, as torchvision's CenterCrop has it.
    package static func middle(of whole: Int, _ length: Int) -> Int {
        let margin = whole - length
        return margin / 2 + (margin % 4 == 3 ? 1 : 0)
    }

    /// Writes a part of `image` as `side` × `side` pixels, whatever its shape. Nothing around it shows.
    ///
    /// - Parameter stride: pixels from a row of the target to the next.
    package func square(
        of image: Pixels, left: Int, top: Int, width: Int, height: Int, side: Int,
        into target: UnsafeMutablePointer<UInt8>, stride: Int
    ) {
        precondition(left >= 0 && top >= 0 && left + width <= image.width && top + height <= image.height)
        let shape = resize_shape(
            scaled_width: side, scaled_height: side, left: 0, top: 0, width: Int32(side), height: Int32(side))
        let base = image.base + (top * image.width + left) * 3
        resize(base, stride: image.width, width, height, shape, target, stride: stride)
    }

    private func resize(
        _ pixels: UnsafePointer<UInt8>, stride: Int, _ width: Int, _ height: Int, _ shape: resize_shape,
        _ target: UnsafeMutablePointer<UInt8>, stride targetStride: Int
    ) {
        let result = withUnsafePointer(to: shape) {
            resize_part(scratch, pixels, stride, Int32(width), Int32(height), $0, target, targetStride)
        }
        guard result == 0 else {
            fatalError("out of memory for resizing an image of \(width) × \(height)")
        }
    }

    /// The square in the middle of `image`.
    package func centerSquare(of image: Image) -> Image {
        var square = [UInt8](repeating: 0, count: Self.bytesPerSquare)
        image.pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress, !pixels.isEmpty else {
                preconditionFailure("an image of no size")
            }
            centerSquare(of: Pixels(base: base, width: image.width, height: image.height), into: &square)
        }
        return Image(width: Self.side, height: Self.side, pixels: square)
    }
}
