// A grid of character cells, each of which holds the dots of the curves that pass through it.
//
// A cell has one colour. Where curves cross, it holds the dots of both and has the colour of the last; but what fills a
// cell, noise, or is faint gives way to a curve that passes in front of it.

struct Canvas {
    /// What a curve is drawn with.
    struct Ink: Hashable {
        let series: Int
        var isFaint = false
    }

    struct Cell {
        /// Bit n for dot n of the cell.
        fileprivate(set) var dots: UInt8 = 0
        fileprivate(set) var ink: Ink?
        /// Instead of the dots.
        fileprivate(set) var mark: Character?
    }

    let columns: Int
    let rows: Int
    private let dotsAcross: Int
    private let dotsDown: Int
    private let mixes: Bool
    private var cells: [Cell]
    /// The most dots of a cell that a line through it takes.
    private static let line = 4

    /// - Parameters:
    ///   - fine: two by four dots a cell, else one.
    ///   - mixes: whether a cell always holds the dots of all its curves, for want of colours.
    init(columns: Int, rows: Int, fine: Bool, mixes: Bool) {
        (self.columns, self.rows, self.mixes) = (columns, rows, mixes)
        (dotsAcross, dotsDown) = fine ? (2, 4) : (1, 1)
        cells = Array(repeating: Cell(), count: columns * rows)
    }

    /// In dots.
    var width: Int { columns * dotsAcross }
    var height: Int { rows * dotsDown }

    subscript(column: Int, row: Int) -> Cell { cells[row * columns + column] }

    /// The row of cells that this height is in.
    /// - Parameter height: 0 at the bottom, 1 at the top.
    func row(at height: Double) -> Int { dot(height) / dotsDown }

    /// The row of dots, counted from above.
    func dot(_ height: Double) -> Int { Int(((1 - height) * Double(self.height - 1)).rounded()) }

    func column(ofDot x: Int) -> Int { x / dotsAcross }

    /// - Parameters:
    ///   - x: in dots from the left.
    ///   - y: in dots from above.
    mutating func plot(_ x: Int, _ y: Int, _ ink: Ink) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        let index = y / dotsDown * columns + x / dotsAcross
        if !mixes, let before = cells[index].ink, before != ink,
            before.isFaint || cells[index].dots.nonzeroBitCount > Self.line
        {
            cells[index].dots = 0
        }
        cells[index].dots |= Self.bit(x % dotsAcross, y % dotsDown)
        cells[index].ink = ink
    }

    /// Puts a character onto a curve.
    mutating func mark(_ column: Int, _ row: Int, _ character: Character, _ ink: Ink) {
        cells[row * columns + column].mark = character
        cells[row * columns + column].ink = ink
    }

    /// Unicode's numbering of braille dots: three down on the left, three on the right, then the bottom two.
    private static func bit(_ x: Int, _ y: Int) -> UInt8 {
        y == 3 ? (x == 0 ? 0x40 : 0x80) : 1 << (UInt8(y) + (x == 0 ? 0 : 3))
    }
}
