// Curves in a terminal, as lines of text:
//
//    loss                                       title
//   1.0 ┤⠢⡀                                     plot: `rows` lines
//       │ ⠑⠤⣀⡀
//   0.0 ┤    ⠈⠉⠒⠒⠤⠤⠤
//       └┬─────────┬──                          horizontal axis
//   step 0         50
//     ━━ train  last 0.1  min 0.1 at 58  …      legend, one line a series
//
// Pure: the same chart, size and style give the same lines. No line is wider than `width`, short of a legend that must
// say what is missing.

package struct Chart: Sendable {
    package var title: String
    /// What x is: "step", "epoch", or a unit of time.
    package var axis: String
    /// Whether x knows whole numbers only.
    package var isIntegral: Bool
    /// Whether y is drawn logarithmically; what is not above zero is left out then, and said.
    package var isLogarithmic = false
    /// The weight of what came before, 0 for none. What is smoothed away is drawn faintly behind, where there are colours.
    package var smoothing = 0.0
    package var series: [Series]

    package init(_ title: String, axis: String, isIntegral: Bool = false, series: [Series]) {
        (self.title, self.axis, self.isIntegral, self.series) = (title, axis, isIntegral, series)
    }

    /// - Parameters:
    ///   - width: of the longest line, in characters.
    ///   - rows: of the plot alone.
    package func lines(width: Int, rows: Int, style: ChartStyle) -> [String] {
        let summaries = series.map { SeriesSummary($0, logarithmic: isLogarithmic) }
        let legend = Legend(chart: self, summaries: summaries, style: style)
        return [heading(width, style)] + plot(summaries, width, max(rows, 2), style)
            + legend.lines(width: width)
    }

    private func heading(_ width: Int, _ style: ChartStyle) -> String {
        let notes = [
            isLogarithmic ? "logarithmic" : nil,
            smoothing > 0 ? "smoothed \(NumberText.short(smoothing))" : nil,
        ].compactMap { $0 }.joined(separator: ", ")
        let title = ChartStyle.printable(title).shortened(to: max(width - 2, 8), style)
        guard !notes.isEmpty, title.count + notes.count + 4 <= width else { return "  " + style.bold(title) }
        return "  " + style.bold(title) + "  " + style.quiet(notes)
    }

    private func plot(_ summaries: [SeriesSummary], _ width: Int, _ rows: Int, _ style: ChartStyle)
        -> [String]
    {
        let drawn = summaries.filter { $0.last != nil }
        guard let left = drawn.compactMap(\.xRange?.lowerBound).min(),
            let right = drawn.compactMap(\.xRange?.upperBound).max(),
            let low = drawn.compactMap(\.least?.y).min(), let high = drawn.compactMap(\.greatest?.y).max()
        else { return ["  " + style.quiet("nothing to draw")] }
        let horizontal = Scale(showing: left...right)
        let vertical = Scale(showing: low...high, logarithmic: isLogarithmic)
        let ticks = vertical.ticks(atMost: max(3, rows * 2 / 5))
        let gutter = max(axis.count, ticks.map(\.label.count).max() ?? 0) + 1
        var canvas = Canvas(
            columns: max(width - gutter - 1, 8), rows: rows, fine: style.isUnicode, mixes: !style.isColored)
        draw(into: &canvas, horizontal, vertical, style)
        let frame = Frame(canvas: canvas, gutter: gutter, style: style)
        return frame.rows(vertical, ticks) + frame.axis(horizontal, name: axis, isIntegral: isIntegral)
    }

    private func draw(
        into canvas: inout Canvas, _ horizontal: Scale, _ vertical: Scale, _ style: ChartStyle
    ) {
        if smoothing > 0, style.isColored {
            for (index, series) in series.enumerated() {
                canvas.draw(series, horizontal, vertical, .init(series: index, isFaint: true))
            }
        }
        let traces = series.enumerated().map { index, series in
            canvas.draw(
                smoothing > 0 ? series.smoothed(smoothing) : series, horizontal, vertical,
                .init(series: index))
        }
        if !style.isColored, style.isUnicode, series.count > 1 { letter(traces, &canvas, style) }
    }

    /// Names the curves where no colour does: each in columns of its own, at least twice where it is wide.
    private func letter(_ traces: [[Int?]], _ canvas: inout Canvas, _ style: ChartStyle) {
        let distance = max(3, min(12, canvas.columns / (2 * traces.count)))
        for (index, trace) in traces.enumerated() {
            let shown = trace.indices.filter { trace[$0] != nil }
            guard let first = shown.first else { continue }
            var next = max(first, distance / 2 + index * distance)
            // A short curve too.
            if !shown.contains(where: { $0 >= next }) { next = shown[shown.count / 2] }
            for column in shown where column >= next {
                if let row = trace[column] {
                    canvas.mark(column, row, style.marker(index), .init(series: index))
                }
                next = column + distance * traces.count
            }
        }
    }
}

extension String {
    /// Its beginning and its end where it is too long.
    func shortened(to width: Int, _ style: ChartStyle) -> String {
        guard count > width else { return self }
        let gap = style.isUnicode ? "…" : "~"
        let kept = max(width - 1, 1)
        return prefix(kept / 2) + gap + suffix(kept - kept / 2)
    }

    func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
    func rightPadded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
