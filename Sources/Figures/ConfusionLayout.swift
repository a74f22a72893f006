// Where a confusion matrix, its names and its key lie in the picture, in pixels.
//
//   across: margin | axis | names | matrix | key | margin        down: margin | axis | names | matrix | margin

struct ConfusionLayout {
    static let margin = 14
    /// Between text and what it belongs to.
    static let gap = 8
    static let keyGap = 18
    static let keyWidth = 16
    /// What a cell needs for a number, and for a name beside it.
    private static let (valueCell, nameCell) = (34, Canvas.lineHeight + 2)
    /// More classes than this have no numbers: none would be read.
    private static let maxValues = 12
    /// The room for a name, in pixels: below the least it says nothing.
    private static let nameRoom = 60...180
    private static let axis = margin + Canvas.lineHeight + 6
    private static let right =
        keyGap + keyWidth + gap + TextLine("100%").width * Canvas.dot + margin

    /// Along a side.
    let cells: Int
    /// A cell's side, the line beside it included.
    let cell: Int
    /// White, between cells.
    let line: Int
    let hasValues: Bool
    /// The classes as they are written on both axes, none or all.
    let names: [TextLine]
    /// The matrix's corner.
    let left: Int
    let top: Int
    let width: Int
    let height: Int

    /// The matrix's.
    var side: Int { cells * cell - line }

    /// With the names of all classes, as much of each as the cells leave room for; nil where that is too little.
    init?(names classes: [String]) {
        hasValues = classes.count <= Self.maxValues
        let needed = classes.count * (hasValues ? Self.valueCell : Self.nameCell)
        let room = min(Canvas.width - Self.axis - Self.gap - Self.right - needed, Self.nameRoom.upperBound)
        guard room >= Self.nameRoom.lowerBound else { return nil }
        names = classes.map { TextLine($0).cut(to: room / Canvas.dot) }
        let longest = names.map { $0.width * Canvas.dot }.max() ?? 0
        let before = Self.axis + longest + Self.gap
        cells = classes.count
        cell = (Canvas.width - before - Self.right) / cells
        line = 2
        // What the division leaves of the width goes half to either side.
        left = before + (Canvas.width - before - Self.right - cells * cell) / 2
        top = before
        width = Canvas.width
        height = top + cells * cell - line + Self.margin
    }

    /// Without names: cells of the fewest pixels that fill the usual width.
    init(cells: Int) {
        self.cells = cells
        cell = (Canvas.width - Self.axis - Self.right + cells - 1) / cells
        (line, hasValues, names) = (0, false, [])
        (left, top) = (Self.axis, Self.axis)
        width = left + cells * cell + Self.right
        height = top + cells * cell + Self.margin
    }
}
