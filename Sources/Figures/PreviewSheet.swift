// Training samples as the network sees them in one epoch after the other: a row for each sample, a column for each epoch,
// and first the whole square that they are cut from.

package import Images

package struct PreviewSheet: Sendable {
    package struct Row: Sendable {
        /// The name of the sample's class, and of its file.
        package var label: String
        package var name: String
        /// Before augmentation.
        package var square: Image
        /// One for each epoch.
        package var views: [Image]

        package init(label: String, name: String, square: Image, views: [Image]) {
            (self.label, self.name, self.square, self.views) = (label, name, square, views)
        }
    }

    /// What stands above everything: what is done to the samples.
    package var title: String
    package var epochs: [Int]
    package var rows: [Row]

    package init(title: String, epochs: [Int], rows: [Row]) {
        (self.title, self.epochs, self.rows) = (title, epochs, rows)
    }

    /// A picture's side, and the room between two.
    private static let (side, gap) = (160, 12)
    private static let line = Canvas.lineHeight + 2

    /// A grid of pictures of 160 × 160, and three lines of text above it and one under each row.
    package func draw() -> Image {
        if rows.isEmpty { return Canvas.notice("no samples") }
        let pitch = Self.side + Self.gap
        let width = Self.gap + (epochs.count + 1) * pitch
        let head = Self.gap + 2 * Self.line
        let rowPitch = pitch + Self.line
        var canvas = Canvas(width: width, height: head + rows.count * rowPitch)
        canvas.draw(TextLine(title).cut(to: (width - 2 * Self.gap) / Canvas.dot), Self.gap, Self.gap)
        for (column, text) in (["the square"] + epochs.map { "epoch \($0)" }).enumerated() {
            canvas.draw(TextLine(text), Self.gap + column * pitch, Self.gap + Self.line, .faintInk)
        }
        for (index, row) in rows.enumerated() {
            let y = head + index * rowPitch
            for (column, picture) in ([row.square] + row.views).enumerated() {
                canvas.place(picture.fitted(to: Self.side), Self.gap + column * pitch, y)
            }
            let text = TextLine("\(row.label)  \(row.name)").cut(to: (width - 2 * Self.gap) / Canvas.dot)
            canvas.draw(text, Self.gap, y + Self.side + 4)
        }
        return canvas.image
    }
}
