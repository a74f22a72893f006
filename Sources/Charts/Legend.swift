// What the curves of a chart are called, and what they come to: in columns, of which the last ones go first where there
// is no room. What is missing from the picture is always said.

struct Legend {
    let chart: Chart
    let summaries: [SeriesSummary]
    let style: ChartStyle

    /// A name is not cut below this many characters for the sake of another column.
    private static let leastName = 16

    func lines(width: Int) -> [String] {
        let names = chart.series.map { ChartStyle.printable($0.name) }
        let nameWidth = names.map(\.count).max() ?? 0
        var columns = aligned()
        // "  ━━ NAME" and two spaces before each column.
        func room(_ columns: [[String]]) -> Int {
            width - 5 - columns.reduce(0) { $0 + 2 + ($1.first?.count ?? 0) }
        }
        while columns.count > 1, room(columns) < min(nameWidth, Self.leastName) { columns.removeLast() }
        let shown = max(min(nameWidth, room(columns)), 8)
        return names.indices.flatMap { index in
            let name = names[index].shortened(to: shown, style).rightPadded(to: min(nameWidth, shown))
            let numbers = columns.map { "  " + $0[index] }.joined()
            let end = numbers.lastIndex { $0 != " " }.map(numbers.index(after:)) ?? numbers.startIndex
            let line = "  " + swatch(index) + " " + name + style.quiet(String(numbers[..<end]))
            return [line] + (summaries[index].absent.map { ["     " + style.bold($0)] } ?? [])
        }
    }

    private func swatch(_ index: Int) -> String {
        if style.isColored { return style.painted(style.isUnicode ? "━━" : "\(style.marker(index)) ", index) }
        if style.isUnicode, chart.series.count == 1 { return "──" }
        return "\(style.marker(index)) "
    }

    /// The columns, each of texts of one width.
    private func aligned() -> [[String]] {
        [
            summaries.map { $0.last.map { "last \(NumberText.short($0.y))" } ?? "no points" },
            summaries.map { extreme("min", $0.least) },
            summaries.map { extreme("max", $0.greatest) },
            summaries.map { "\($0.points) \($0.points == 1 ? "point" : "points")" },
        ].map { column in
            let width = column.map(\.count).max() ?? 0
            return column.map { $0.rightPadded(to: width) }
        }
    }

    private func extreme(_ name: String, _ point: SeriesSummary.Point?) -> String {
        point.map { "\(name) \(NumberText.short($0.y)) at \(NumberText.short($0.x))" } ?? ""
    }
}
