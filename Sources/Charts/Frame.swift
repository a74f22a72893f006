// A canvas with its axes around it, as lines of text.

struct Frame {
    let canvas: Canvas
    /// Characters to the left of the vertical axis.
    let gutter: Int
    let style: ChartStyle

    /// How a stretch of cells is painted.
    private enum Paint: Hashable {
        case plain, grid
        case ink(Canvas.Ink)
    }

    /// The plot, from above, with the vertical axis to its left.
    func rows(_ scale: Scale, _ ticks: [Tick]) -> [String] {
        var labels: [Int: String] = [:]
        for tick in ticks {
            let row = canvas.row(at: scale.position(tick.value))
            labels[row] = labels[row] ?? tick.label
        }
        return (0..<canvas.rows).map { row in
            let label = (labels[row] ?? "").leftPadded(to: gutter - 1)
            let axis =
                style.isUnicode ? labels[row] == nil ? "│" : "┤" : labels[row] == nil ? "|" : "+"
            return style.quiet(label + " " + axis) + cells(row, hasGrid: labels[row] != nil)
        }
    }

    private func cells(_ row: Int, hasGrid: Bool) -> String {
        var (line, stretch) = ("", "")
        var paint = Paint.plain
        func painted() -> String {
            switch paint {
            case .plain: stretch
            case .grid: style.grid(stretch)
            case .ink(let ink): style.painted(stretch, ink.series, faint: ink.isFaint)
            }
        }
        for column in 0..<canvas.columns {
            let (character, next) = cell(column, row, hasGrid: hasGrid)
            if next != paint {
                line += painted()
                (stretch, paint) = ("", next)
            }
            stretch.append(character)
        }
        // No spaces at a line's end.
        return paint == .plain ? line + stretch.prefix(upTo: stretch.endOfText) : line + painted()
    }

    private func cell(_ column: Int, _ row: Int, hasGrid: Bool) -> (Character, Paint) {
        let cell = canvas[column, row]
        guard let ink = cell.ink else {
            return hasGrid && style.isUnicode && style.isColored ? ("┈", .grid) : (" ", .plain)
        }
        if let mark = cell.mark { return (mark, .ink(ink)) }
        guard style.isUnicode else { return (style.marker(ink.series), .ink(ink)) }
        let braille = Unicode.Scalar(0x2800 + UInt32(cell.dots)).map(Character.init) ?? " "
        return (braille, .ink(ink))
    }

    /// The horizontal axis and its labels, as many as there is room for.
    func axis(_ scale: Scale, name: String, isIntegral: Bool) -> [String] {
        var line = Array(repeating: Character(style.isUnicode ? "─" : "-"), count: canvas.columns)
        var labels = ""
        let counts = (2...max(2, canvas.columns / 8)).reversed()
        let placed = counts.lazy.compactMap { place(scale.ticks(atMost: $0, integral: isIntegral), scale) }
            .first
        for (tick, start, column) in placed ?? [] {
            line[column] = style.isUnicode ? "┬" : "+"
            labels = labels.rightPadded(to: start) + tick.label
        }
        return [
            style.quiet(String(repeating: " ", count: gutter) + (style.isUnicode ? "└" : "+") + String(line)),
            style.quiet(name.leftPadded(to: gutter - 1) + "  " + labels),
        ]
    }

    /// Where each label begins and its tick stands; nil where two labels would touch.
    private func place(_ ticks: [Tick], _ scale: Scale) -> [(Tick, start: Int, column: Int)]? {
        var placed: [(Tick, start: Int, column: Int)] = []
        var end = -2
        for tick in ticks {
            let column = Int((scale.position(tick.value) * Double(canvas.columns - 1)).rounded())
            let start = min(max(0, column - (tick.label.count - 1) / 2), canvas.columns - tick.label.count)
            guard start >= end + 2 else { return nil }
            placed.append((tick, start, column))
            end = start + tick.label.count
        }
        return placed
    }
}

extension String {
    /// Behind the last character that is no space.
    fileprivate var endOfText: Index { lastIndex { $0 != " " }.map(index(after:)) ?? startIndex }
}
