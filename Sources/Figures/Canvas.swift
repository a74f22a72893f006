// What figures are drawn on. Coordinates are pixels from the top left corner; what lies outside is cut off.
//
// TensorBoard shows an image 350 pixels wide, taking every n-th pixel, and in its own size after a click. So a figure is
// 700 wide where it can be, in dots of 2 × 2: half of it is as sharp, and a screen of double density shows it all.

internal import Images

struct Canvas {
    static let width = 700
    /// The side of a dot of text.
    static let dot = 2
    /// The height of a line of text.
    static let lineHeight = Glyph.height * dot

    enum Direction { case across, upwards }

    private(set) var image: Image

    init(width: Int = Canvas.width, height: Int, background: Color = .paper) {
        image = Image(width: width, height: height, pixels: Array(repeating: 0, count: width * height * 3))
        fill(0, 0, width, height, background)
    }

    mutating func fill(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ color: Color) {
        let columns = (x..<x + width).clamped(to: 0..<image.width)
        for row in (y..<y + height).clamped(to: 0..<image.height) {
            for column in columns { image[column, row] = color }
        }
    }

    mutating func place(_ other: Image, _ x: Int, _ y: Int) {
        for row in (y..<y + other.height).clamped(to: 0..<image.height) {
            for column in (x..<x + other.width).clamped(to: 0..<image.width) {
                image[column, row] = other[column - x, row - y]
            }
        }
    }

    /// - Parameters:
    ///   - x: the left edge of the text, `y` its top; upwards, the left edge of the turned text and its bottom.
    mutating func draw(
        _ line: TextLine, _ x: Int, _ y: Int, _ color: Color = .ink, _ direction: Direction = .across
    ) {
        var start = 0
        for glyph in line.glyphs {
            for row in 0..<Glyph.height {
                for column in 0..<glyph.width where glyph.rows[row] & 1 << column != 0 {
                    let (along, down) = ((start + column) * Self.dot, row * Self.dot)
                    switch direction {
                    case .across: fill(x + along, y + down, Self.dot, Self.dot, color)
                    case .upwards: fill(x + down, y - along - Self.dot, Self.dot, Self.dot, color)
                    }
                }
            }
            start += glyph.width + TextLine.gap
        }
    }

    /// A figure with nothing in it but the sentence that says so.
    static func notice(_ text: String) -> Image {
        let line = TextLine(text).cut(to: width / dot - Glyph.height)
        var canvas = Canvas(height: 4 * lineHeight)
        canvas.draw(
            line, (width - line.width * dot) / 2, (4 * lineHeight - Glyph.ascent * dot) / 2, .faintInk)
        return canvas.image
    }
}

extension Image {
    subscript(x: Int, y: Int) -> Color {
        get {
            let start = (y * width + x) * 3
            return Color(pixels[start], pixels[start + 1], pixels[start + 2])
        }
        set {
            let start = (y * width + x) * 3
            (pixels[start], pixels[start + 1], pixels[start + 2]) = (
                newValue.red, newValue.green, newValue.blue
            )
        }
    }
}
