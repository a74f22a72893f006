// Curves as dots: thousands of points lose nothing that could be seen.

import SeededRandom
import Testing

@testable import Charts

@Suite struct CanvasTests {
    static let ink = Canvas.Ink(series: 0)

    func canvas() -> Canvas { Canvas(columns: 40, rows: 10, fine: true, mixes: false) }

    func dots(_ canvas: Canvas) -> [UInt8] {
        (0..<canvas.rows).flatMap { row in (0..<canvas.columns).map { canvas[$0, row].dots } }
    }

    @Test func dotsAreNumberedAsUnicodeHasThem() {
        let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
        for (bit, place) in places.enumerated() {
            var canvas = canvas()
            canvas.plot(place.0, place.1, Self.ink)
            #expect(canvas[0, 0].dots == 1 << UInt8(bit))
        }
    }

    /// Drawn by columns, a curve has the very dots of all its segments drawn one by one.
    @Test(arguments: 0..<20) func reducingChangesNothing(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: 2...3000, using: &random)
        var level = 0.5
        let y = (0..<count).map { _ in
            level = min(max(level + Double.random(in: -0.2...0.2, using: &random), 0), 1)
            return Int.random(in: 0..<50, using: &random) == 0 ? .nan : level
        }
        let series = Series("", x: (0..<count).map(Double.init), y: y)
        let (across, up) = (Scale(showing: 0...Double(count - 1)), Scale(showing: 0...1))
        var (whole, pieces) = (canvas(), canvas())
        whole.draw(series, across, up, Self.ink)
        for index in 1..<count {
            pieces.draw(
                Series("", x: Array(series.x[index - 1...index]), y: Array(y[index - 1...index])), across, up,
                Self.ink)
        }
        #expect(dots(whole) == dots(pieces))
    }

    @Test func oneSpikeAmongManyIsSeen() {
        var y = Array(repeating: 0.0, count: 200_000)
        y[77_777] = 1
        var canvas = canvas()
        canvas.draw(
            Series("", x: y.indices.map(Double.init), y: y), Scale(showing: 0...200_000),
            Scale(showing: 0...1),
            Self.ink)
        #expect((0..<40).contains { canvas[$0, 0].dots != 0 })
    }

    @Test func whatIsNotFiniteIsAGap() {
        var canvas = canvas()
        let y: [Double] = [1, 1, 1, .nan, .infinity, 1, 1, 1]
        canvas.draw(
            Series("", x: y.indices.map { Double($0) * 10 }, y: y), Scale(showing: 0...70),
            Scale(showing: 0...2),
            Self.ink)
        let filled = (0..<40).map { column in (0..<10).contains { canvas[column, $0].dots != 0 } }
        #expect(filled[..<11].allSatisfy { $0 } && filled[28...].allSatisfy { $0 })
        #expect(filled[12..<27].allSatisfy { !$0 })
    }

    @Test func aLineInFrontClearsNoiseAndCrossesLines() {
        var canvas = canvas()
        for x in 0..<2 { for y in 0..<4 { canvas.plot(x, y, Self.ink) } }
        canvas.plot(0, 1, .init(series: 1))
        #expect(canvas[0, 0].dots == 0b10 && canvas[0, 0].ink?.series == 1)
        canvas.plot(2, 0, Self.ink)
        canvas.plot(2, 1, .init(series: 1))
        #expect(canvas[1, 0].dots == 0b11)
    }
}
