// Whole charts as text.

import Testing

@testable import Charts

@Suite struct ChartTests {
    static let plain = ChartStyle(isUnicode: true, isColored: false)
    static let colored = ChartStyle(isUnicode: true, isColored: true)
    static let ascii = ChartStyle(isUnicode: false, isColored: false)

    static let steps = (0...50).map(Double.init)
    static let falling = Series("train", x: steps, y: steps.map { 1 - $0 / 50 })
    static let rising = Series("validation", x: steps, y: steps.map { $0 / 50 })

    func chart(_ series: Series...) -> Chart { Chart("loss", axis: "step", isIntegral: true, series: series) }

    @Test func aSmallChart() {
        #expect(
            chart(Self.falling).lines(width: 40, rows: 4, style: Self.plain) == [
                "  loss",
                " 1.0 ┤⠉⠒⠒⠒⠤⠤⣀⣀",
                "     │        ⠉⠉⠒⠒⠢⠤⢄⣀⡀",
                " 0.5 ┤                ⠈⠉⠉⠑⠒⠢⠤⢄⣀⣀",
                "   0 ┤                          ⠉⠉⠒⠒⠤⠤⢄⣀",
                "     └┬────────────┬────────────┬───────",
                "step  0            20           40",
                "  ── train  last 0  min 0 at 50",
            ])
        #expect(
            chart(Self.falling).lines(width: 40, rows: 4, style: Self.ascii) == [
                "  loss",
                " 1.0 +******",
                "     |      ***********",
                " 0.5 +                 ***********",
                "   0 +                            ******",
                "     ++------------+------------+-------",
                "step  0            20           40",
                "  *  train  last 0  min 0 at 50",
            ])
    }

    @Test func noLineIsTooWideInAnyStyle() {
        var chart = chart(
            Self.falling, Series("a/very/long/name of a run and what it shows", x: [1], y: [.nan]))
        chart.smoothing = 0.5
        for width in 40...160 {
            for style in [Self.plain, Self.ascii] {
                for line in chart.lines(width: width, rows: 6, style: style) {
                    #expect(line.count <= width, "\(width): \(line)")
                }
            }
        }
    }

    @Test func asciiIsASCIIAndAPipeGetsNoEscapes() {
        let ascii = chart(Self.falling, Self.rising).lines(width: 60, rows: 8, style: Self.ascii).joined()
        #expect(ascii.allSatisfy { $0.isASCII })
        #expect(ascii.contains("*") && ascii.contains("o  validation"))
        let plain = chart(Self.falling, Self.rising).lines(width: 60, rows: 8, style: Self.plain).joined()
        #expect(!plain.contains("\u{1B}"))
        let colored = chart(Self.falling, Self.rising).lines(width: 60, rows: 8, style: Self.colored).joined()
        #expect(colored.contains("\u{1B}[38;5;39m") && colored.contains("\u{1B}[38;5;208m"))
    }

    /// Without colours a letter on each curve tells which it is.
    @Test func curvesAreLettered() {
        let lines = chart(Self.falling, Self.rising).lines(width: 60, rows: 8, style: Self.plain)
        let plot = lines[1...8].joined()
        #expect(plot.contains("a") && plot.contains("b"))
        #expect(
            lines.contains { $0.hasPrefix("  a  train") }
                && lines.contains { $0.hasPrefix("  b  validation") })
    }

    @Test func theLegendSaysWhatTheCurveComesTo() {
        let y = [3, 1, .nan, 2, .infinity]
        let lines = chart(Series("train", x: [1, 2, 3, 4, 5], y: y)).lines(
            width: 80, rows: 4, style: Self.plain)
        #expect(lines.contains { $0 == "  ── train  last 2  min 1 at 2  max 3 at 1  5 points" }, "\(lines)")
        #expect(lines.contains { $0.contains("gaps: 2 not finite") })
    }

    @Test func aLogarithmicAxisSaysWhatItCannotShow() {
        var chart = chart(Series("rate", x: [1, 2, 3, 4], y: [0, 0.1, -1, 10]))
        chart.isLogarithmic = true
        let text = chart.lines(width: 80, rows: 6, style: Self.plain).joined(separator: "\n")
        #expect(text.contains("gaps: 2 not above 0") && text.contains("logarithmic"))
    }

    @Test func nothingToDraw() {
        for series in [[], [Series("a", x: [], y: [])], [Series("a", x: [1], y: [.nan])]] {
            let lines = Chart("t", axis: "step", series: series).lines(width: 60, rows: 5, style: Self.plain)
            #expect(lines.contains { $0.contains("nothing to draw") })
        }
    }

    /// A tag is another program's text.
    @Test func namesDoNotReachTheTerminalRaw() {
        let chart = Chart(
            "a\u{1B}[2Jb\nc\u{202E}", axis: "step", series: [Series("\u{7}d\r", x: [1], y: [1])])
        for line in chart.lines(width: 60, rows: 4, style: Self.plain) {
            #expect(
                line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202E}" && $0.value != 0x7F })
        }
    }

    /// tensorboard/components/vz_line_chart2: resmoothDataset, worked out by hand.
    @Test func smoothingIsTensorBoards() {
        let smooth = Series("", x: [0, 1, 2, 3], y: [1, 2, .nan, 4]).smoothed(0.5).y
        #expect(smooth[0] == 1)
        #expect(abs(smooth[1] - 1.25 / 0.75) < 1e-12)
        #expect(smooth[2].isNaN)
        #expect(abs(smooth[3] - 2.625 / 0.875) < 1e-12)
        #expect(Self.falling.smoothed(0).y == Self.falling.y)
        let level = Series("", x: Self.steps, y: Self.steps.map { _ in 0.01 })
        #expect(level.smoothed(0.6).y == level.y)
    }
}
