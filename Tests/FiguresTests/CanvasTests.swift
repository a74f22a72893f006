// What figures are drawn with: areas and text that end at the edges, scaling that keeps the mean.

import Images
import Testing

@testable import Figures

@Suite struct CanvasTests {
    @Test func whatLiesOutsideIsCutOff() {
        var canvas = Canvas(width: 3, height: 2, background: .paper)
        canvas.fill(-5, 1, 6, 9, .red)
        canvas.fill(9, 9, 4, 4, .red)
        let red: [UInt8] = [0xc5, 0x22, 0x1f]
        let paper: [UInt8] = [255, 255, 255]
        #expect(canvas.image.pixels == paper + paper + paper + red + paper + paper)
        canvas.place(Image(width: 2, height: 2, pixels: Array(0..<12)), 2, -1)
        #expect(canvas.image.pixels == paper + paper + [6, 7, 8] + red + paper + paper)
        canvas.draw(TextLine("Wide"), -10, -10, .ink)
        canvas.draw(TextLine("Wide"), 1, 1, .ink, .upwards)
    }

    @Test func textIsDrawnInDotsOfTwo() {
        var canvas = Canvas(width: 20, height: 20)
        canvas.draw(TextLine("L"), 4, 2)
        let rows = ["#...", "#...", "#...", "#...", "#...", "#...", "####"].map(Array.init)
        for y in 0..<20 {
            for x in 0..<20 {
                let (dot, row) = ((x - 4) / 2, (y - 2) / 2)
                let isInk = x >= 4 && dot < 4 && y >= 2 && row < 7 && rows[row][dot] == "#"
                #expect(canvas.image[x, y] == (isInk ? .ink : .paper), "(\(x), \(y))")
            }
        }
    }

    @Test func upwardsIsAQuarterTurnToTheLeft() {
        let side = 40
        var (across, upwards) = (Canvas(width: side, height: side), Canvas(width: side, height: side))
        across.draw(TextLine("aLg"), 3, 5)
        upwards.draw(TextLine("aLg"), 5, side - 3, .ink, .upwards)
        for y in 0..<side {
            for x in 0..<side { #expect(upwards.image[y, side - 1 - x] == across.image[x, y]) }
        }
    }

    @Test func scalingKeepsTheMean() {
        let image = Image(width: 3, height: 1, pixels: [0, 0, 90, 30, 0, 90, 90, 0, 90])
        // The middle pixel belongs half to either side.
        #expect(image.scaled(2, 1).pixels == [10, 0, 90, 70, 0, 90])
        #expect(
            image.scaled(6, 2).pixels.prefix(18) == [
                0, 0, 90, 0, 0, 90, 30, 0, 90, 30, 0, 90, 90, 0, 90, 90, 0, 90,
            ])
        #expect(image.scaled(3, 1) == image)
        #expect(image.scaled(1, 1).pixels == [40, 0, 90])
        let flat = Image(width: 227, height: 31, filledWith: Color(255, 1, 77))
        #expect(flat.scaled(160, 7) == Image(width: 160, height: 7, filledWith: Color(255, 1, 77)))
    }

    @Test func fittingKeepsProportions() {
        func size(_ width: Int, _ height: Int, _ side: Int) -> [Int] {
            let fitted = Image(width: width, height: height, filledWith: .red).fitted(to: side)
            return [fitted.width, fitted.height]
        }
        #expect(size(227, 227, 160) == [160, 160])
        #expect(size(40, 20, 10) == [10, 5])
        #expect(size(2, 4, 12) == [6, 12])
        #expect(size(500, 1, 10) == [10, 1])
    }

    @Test func viridisGrowsBrighterFromEndToEnd() {
        #expect(Viridis.color(0) == Color(0x440154))
        #expect(Viridis.color(1) == Color(0xfde725))
        let luma = (0...255).map { Viridis.color(Double($0) / 255).luma }
        #expect(zip(luma, luma.dropFirst()).allSatisfy { $0 < $1 + 0.5 })
        let ends: [(Double, Double)] = [(-1, 0), (.nan, 0), (-.infinity, 0), (7, 1), (.infinity, 1)]
        for (value, end) in ends {
            #expect(Viridis.color(value) == Viridis.color(end))
        }
    }

    @Test func aLevelIsNearestAndWithinBounds() {
        let levels: [(Float, UInt8)] = [
            (0, 0), (0.4, 0), (0.5, 1), (254.6, 255), (255, 255), (1e30, 255), (.infinity, 255), (-3, 0),
            (-.infinity, 0), (.nan, 0),
        ]
        for (value, level) in levels { #expect(UInt8(level: value) == level, "\(value)") }
    }
}

extension Image {
    /// One colour.
    init(width: Int, height: Int, filledWith color: Color) {
        self = Canvas(width: width, height: height, background: color).image
    }
}
