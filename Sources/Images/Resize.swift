// Any image to the square that networks are fed with: the shorter side scaled to 256 pixels, then the middle cut out.
// PIL's antialiased bilinear filter (a triangle, widened when shrinking), in integers. Owned by one thread.

internal import CKernels

package final class Resize {
    /// The side of the squares.
    package static let side = Int(PIXELS_SIDE)
    package static let bytesPerSquare = side * side * 3

    private let scratch: OpaquePointer

    package init() {
        guard let scratch = pixels_scratch_new() else { fatalError("out of memory for resizing") }
        self.scratch = scratch
    }

    deinit { pixels_scratch_free(scratch) }

    /// Writes the square in the middle of `image` to `square` ([256][256][3]).
    package func centerSquare(of image: Pixels, into square: UnsafeMutablePointer<UInt8>) {
        guard pixels_center_square(scratch, image.base, Int32(image.width), Int32(image.height), square) == 0
        else {
            fatalError("out of memory for resizing an image of \(image.width) × \(image.height)")
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
