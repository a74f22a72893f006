// Which class is taken for which: a row for each class as it is, a column for each as it was predicted, coloured by the
// share of the row's images. The colour grows with the root of the share, so that a rare confusion can be seen too; the
// key beside it shows how.
//
// Few classes have their names on both axes, and the shares in percent in the cells where they have room; many are a
// map of cells without names, down to a pixel each.

package import Images

package struct ConfusionMatrix: Sendable {
    /// Above this number of classes, neighbours share a cell: no picture has more cells along a side.
    package static let maxCells = 1000

    /// [actual][predicted]: how many images.
    package var counts: [Int]
    package var classes: [String]

    package init(counts: [Int], classes: [String]) {
        precondition(counts.count == classes.count * classes.count, "a count for each pair of classes")
        (self.counts, self.classes) = (counts, classes)
    }

    /// Up to 700 × 650 pixels with names, which 25 classes and fewer have; without them the matrix itself has a side
    /// of 568 to 1134 pixels, and the picture 132 and 52 more.
    package func draw() -> Image {
        if classes.isEmpty { return Canvas.notice("no classes") }
        let layout = ConfusionLayout(names: classes) ?? ConfusionLayout(cells: cellsPerSide)
        var canvas = Canvas(width: layout.width, height: layout.height)
        drawCells(layout, on: &canvas)
        drawNames(layout, on: &canvas)
        drawAxes(layout, on: &canvas)
        drawKey(layout, on: &canvas)
        return canvas.image
    }

    // MARK: Numbers

    /// Classes along a cell's side.
    private var classesPerCell: Int { (classes.count + Self.maxCells - 1) / Self.maxCells }
    private var cellsPerSide: Int { (classes.count + classesPerCell - 1) / classesPerCell }

    /// [actual][predicted] by cells: the share of the row's images; nil where the row has none.
    private func shares() -> [Double?] {
        let (cells, block) = (cellsPerSide, classesPerCell)
        var sums = [Int](repeating: 0, count: cells * cells)
        for (index, count) in counts.enumerated() {
            let (actual, predicted) = index.quotientAndRemainder(dividingBy: classes.count)
            sums[actual / block * cells + predicted / block] += count
        }
        return (0..<cells).flatMap { row in
            let counts = sums[row * cells..<(row + 1) * cells]
            let total = counts.reduce(0, +)
            return counts.map { total > 0 ? Double($0) / Double(total) : nil }
        }
    }

    static func color(_ share: Double) -> Color { Viridis.color(share.squareRoot()) }

    /// In percent, rounded, but never to what it is not; nothing for nothing.
    static func text(_ share: Double) -> String {
        switch (share * 100).rounded() {
        case _ where share == 0: ""
        case 0: "<1"
        case 100 where share < 1: ">99"
        case let percent: String(Int(percent))
        }
    }

    // MARK: Drawing

    private func drawCells(_ layout: ConfusionLayout, on canvas: inout Canvas) {
        let side = layout.cell - layout.line
        for (index, share) in shares().enumerated() {
            let (row, column) = index.quotientAndRemainder(dividingBy: layout.cells)
            let (x, y) = (layout.left + column * layout.cell, layout.top + row * layout.cell)
            let color = share.map(Self.color) ?? .empty
            canvas.fill(x, y, side, side, color)
            guard layout.hasValues, let share else { continue }
            let line = TextLine(Self.text(share))
            canvas.draw(
                line, x + (side - line.width * Canvas.dot) / 2, y + (side - Glyph.ascent * Canvas.dot) / 2,
                color.luma > 128 ? .ink : .paper)
        }
    }

    private func drawNames(_ layout: ConfusionLayout, on canvas: inout Canvas) {
        let inset = (layout.cell - layout.line - Glyph.ascent * Canvas.dot) / 2
        for (index, line) in layout.names.enumerated() {
            let offset = index * layout.cell + inset
            let end = layout.left - ConfusionLayout.gap
            canvas.draw(line, end - line.width * Canvas.dot, layout.top + offset)
            canvas.draw(line, layout.left + offset, layout.top - ConfusionLayout.gap, .ink, .upwards)
        }
    }

    private func drawAxes(_ layout: ConfusionLayout, on canvas: inout Canvas) {
        let (across, down) = (TextLine("predicted, in % of the row"), TextLine("actual"))
        let middle = layout.side / 2
        canvas.draw(
            across, layout.left + middle - across.width * Canvas.dot / 2, ConfusionLayout.margin, .faintInk)
        canvas.draw(
            down, ConfusionLayout.margin, layout.top + middle + down.width * Canvas.dot / 2, .faintInk,
            .upwards)
    }

    /// The colours from 100 % of a row, on top, to none.
    private func drawKey(_ layout: ConfusionLayout, on canvas: inout Canvas) {
        let x = layout.left + layout.side + ConfusionLayout.keyGap
        let height = layout.side
        for row in 0..<height {
            let value = 1 - (Double(row) + 0.5) / Double(height)
            canvas.fill(x, layout.top + row, ConfusionLayout.keyWidth, 1, Viridis.color(value))
        }
        for percent in [0, 1, 10, 25, 50, 100] {
            let fromTop = (1 - (Double(percent) / 100).squareRoot()) * Double(height)
            // The first and the last stay beside the bar.
            let y = Int(fromTop.rounded()) - Glyph.ascent * Canvas.dot / 2
            canvas.draw(
                TextLine(percent == 100 ? "100%" : String(percent)),
                x + ConfusionLayout.keyWidth + ConfusionLayout.gap,
                layout.top + min(max(y, 0), height - Glyph.ascent * Canvas.dot), .faintInk)
        }
    }
}
