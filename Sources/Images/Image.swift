// An image as a value: interleaved 8-bit red, green and blue, row by row from the top.

package struct Image: Hashable, Sendable {
    package let width: Int
    package let height: Int
    /// [height][width][3].
    package var pixels: [UInt8]

    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(
            pixels.count == width * height * 3, "an image of \(width) × \(height) has 3 bytes per pixel")
        (self.width, self.height, self.pixels) = (width, height, pixels)
    }
}
