// An image in the memory of whoever decoded it.

internal import CKernels

/// Valid until that decoder's next use.
package struct Pixels {
    /// [height][width][3].
    package let base: UnsafePointer<UInt8>
    package let width: Int
    package let height: Int

    package init(base: UnsafePointer<UInt8>, width: Int, height: Int) {
        (self.base, self.width, self.height) = (base, width, height)
    }

    package var count: Int { width * height }

    /// A copy that stays.
    package var image: Image {
        Image(
            width: width, height: height,
            pixels: Array(UnsafeBufferPointer(start: base, count: count * 3)))
    }

    /// Writes the pixels, turned as `orientation` says, to `target`.
    ///
    /// - Parameter stride: pixels from a row of the target to the next.
    package func copy(_ orientation: Orientation, to target: UnsafeMutablePointer<UInt8>, stride: Int) {
        let walk = orientation.walk(width: width, height: height)
        let size = orientation.size(width: width, height: height)
        orientation_copy(
            base, walk.first, walk.across, walk.down, Int32(size.width), Int32(size.height), target, stride)
    }
}
