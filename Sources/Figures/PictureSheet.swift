// Square pictures in rows of equal cells, each with lines of text under it. 700 pixels wide, whatever it holds.

internal import Images

struct PictureSheet {
    struct Cell {
        var picture: Image
        var captions: [Caption]
    }

    /// A line that is cut where it is too long; its ending never is.
    struct Caption {
        var text: String
        var ending = ""
        var color = Color.ink
    }

    var columns: Int
    var cells: [Cell]

    /// Between cells, and around them all. With 4 or 3 columns everything has an even place.
    private static let gap = 12
    /// Between a picture and its text.
    private static let textGap = 6
    private static let textLine = Canvas.lineHeight + 2

    func draw() -> Image {
        let side = (Canvas.width - Self.gap) / columns - Self.gap
        let lines = cells.map(\.captions.count).max() ?? 0
        let pitch = side + Self.textGap + lines * Self.textLine + Self.gap
        let rows = (cells.count + columns - 1) / columns
        // What is left of the width by the division goes half to either side.
        let left = (Canvas.width - columns * (side + Self.gap) + Self.gap) / 2
        var canvas = Canvas(height: Self.gap + rows * pitch)
        for (index, cell) in cells.enumerated() {
            let x = left + index % columns * (side + Self.gap)
            let y = Self.gap + index / columns * pitch
            let picture = cell.picture.fitted(to: side)
            canvas.place(picture, x + (side - picture.width) / 2, y + (side - picture.height) / 2)
            for (line, caption) in cell.captions.enumerated() {
                let ending = TextLine(caption.ending)
                let text = TextLine(caption.text).cut(to: side / Canvas.dot - ending.width)
                canvas.draw(text + ending, x, y + side + Self.textGap + line * Self.textLine, caption.color)
            }
        }
        return canvas.image
    }
}
