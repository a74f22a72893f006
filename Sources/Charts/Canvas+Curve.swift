// A curve through any number of points, drawn as if by every segment: of the points in one column of dots the first, the
// least, the greatest and the last decide what is seen (M4, Jugel et al. 2014), so no spike is lost.

extension Canvas {
    /// The points of a column so far, in rows of dots.
    private struct Column {
        let x: Int
        var last: Int
        var span: ClosedRange<Int>

        init(_ x: Int, _ y: Int) { (self.x, last, span) = (x, y, y...y) }

        mutating func add(_ y: Int) {
            last = y
            span = min(span.lowerBound, y)...max(span.upperBound, y)
        }
    }

    /// - Returns: for each column of cells the row that the curve is in, where it is in one.
    @discardableResult
    mutating func draw(_ series: Series, _ horizontal: Scale, _ vertical: Scale, _ ink: Ink) -> [Int?] {
        var trace = [Int?](repeating: nil, count: columns)
        var open: Column?
        for index in series.x.indices {
            guard series.absence(index, logarithmic: vertical.isLogarithmic) == nil else {
                finish(open, ink, &trace)
                open = nil
                continue
            }
            let x = Int((horizontal.position(series.x[index]) * Double(width - 1)).rounded())
            let y = dot(vertical.position(series.y[index]))
            if let column = open, column.x == x {
                open?.add(y)
            } else {
                finish(open, ink, &trace)
                if let open { line(open.x, open.last, x, y, ink, &trace) }
                open = Column(x, y)
            }
        }
        finish(open, ink, &trace)
        return trace
    }

    private mutating func finish(_ column: Column?, _ ink: Ink, _ trace: inout [Int?]) {
        guard let column else { return }
        for y in column.span { plot(column.x, y, ink) }
        note(column.x, column.last, &trace)
    }

    /// Bresenham's, from a point to one further right.
    private mutating func line(
        _ x0: Int, _ y0: Int, _ x1: Int, _ y1: Int, _ ink: Ink, _ trace: inout [Int?]
    ) {
        let (across, down) = (abs(x1 - x0), abs(y1 - y0))
        let (right, below) = (x0 < x1 ? 1 : -1, y0 < y1 ? 1 : -1)
        var (x, y, error) = (x0, y0, across - down)
        while (x, y) != (x1, y1) {
            plot(x, y, ink)
            note(x, y, &trace)
            let double = 2 * error
            if double >= -down {
                error -= down
                x += right
            }
            if double <= across {
                error += across
                y += below
            }
        }
    }

    private func note(_ x: Int, _ y: Int, _ trace: inout [Int?]) {
        trace[column(ofDot: x)] = y * rows / height
    }
}
