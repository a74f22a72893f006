// How an image must be turned before it stands as it was seen: the eight ways of EXIF (CIPA DC-008, tag 0x0112), a
// camera's note that it was held on its side. Also the quarter turns of augmentation.

package enum Orientation: UInt8, Sendable, CaseIterable {
    case upright = 1
    /// Left and right swapped.
    case mirrored = 2
    case halfTurn = 3
    /// Top and bottom swapped.
    case flipped = 4
    /// Across the diagonal from the top left.
    case transposed = 5
    /// A quarter turn clockwise.
    case right = 6
    /// Across the diagonal from the top right.
    case transversed = 7
    /// A quarter turn counterclockwise.
    case left = 8

    package var swapsSides: Bool { rawValue >= 5 }

    /// After turning.
    package func size(width: Int, height: Int) -> (width: Int, height: Int) {
        swapsSides ? (height, width) : (width, height)
    }

    /// Where the turned image's pixels come from, in pixels of an image of `width` × `height` before it is turned: the
    /// first, and how far it is from one to the next across and down.
    func walk(width: Int, height: Int) -> (first: Int, across: Int, down: Int) {
        let (last, bottom) = (width - 1, (height - 1) * width)
        return switch self {
        case .upright: (0, 1, width)
        case .mirrored: (last, -1, width)
        case .halfTurn: (bottom + last, -1, -width)
        case .flipped: (bottom, 1, -width)
        case .transposed: (0, width, 1)
        case .right: (bottom, -width, 1)
        case .transversed: (bottom + last, -width, -1)
        case .left: (last, width, -1)
        }
    }
}

extension Image {
    package func turned(_ orientation: Orientation) -> Image {
        let size = orientation.size(width: width, height: height)
        var turned = Image(
            width: size.width, height: size.height, pixels: Array(repeating: 0, count: pixels.count))
        pixels.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            Pixels(base: base, width: width, height: height).copy(
                orientation, to: &turned.pixels, stride: size.width)
        }
        return turned
    }
}
