// The filters: pixel by pixel where they are few, bounds where they are many, and what no filter should hold.

import Images
import Testing

@testable import Figures

@Suite struct FilterGridTests {
    /// 1 × 1 filters, so that one is a colour.
    private func grid(_ filters: [[Float]], towers: Int = 1) -> FilterGrid {
        FilterGrid(weights: filters.flatMap { $0 }, kernel: 1, towers: towers)
    }

    @Test func threeFiltersPixelByPixel() {
        let image = grid([[0.5, -0.5, 0], [-1e-30, 1e-30, 0.5e-30], [3, 3, 3]]).draw()
        let side = FilterGrid.maxSide
        #expect((image.width, image.height) == (3 * side + 8 + 24, side + 24))
        let filters = [Color(255, 0, 128), Color(0, 255, 191), Color(255, 255, 255)]
        for y in 0..<image.height {
            for x in 0..<image.width {
                let (place, within) = (x - 12).quotientAndRemainder(dividingBy: side + 4)
                let inside = x >= 12 && x < image.width - 12 && within < side && y >= 12 && y < 12 + side
                if image[x, y] != (inside ? filters[place] : .grey) {
                    Issue.record("(\(x), \(y)) is \(image[x, y])")
                    return
                }
            }
        }
    }

    @Test func aFilterStandsUprightAsTheImageUnderIt() {
        // Only the weight of the second column in the first row, blue.
        var weights = [Float](repeating: 0, count: 12)
        weights[8 + 1] = 1
        let image = FilterGrid(weights: weights, kernel: 2).draw()
        let side = 64
        #expect((image.width, image.height) == (24 + 2 * side, 24 + 2 * side))
        #expect(image[12 + side, 12] == Color(128, 128, 255))
        #expect(image[12 + 2 * side - 1, 12 + side - 1] == Color(128, 128, 255))
        #expect(image[12 + side - 1, 12] == .grey)
        #expect(image[12 + side, 12 + side] == .grey)
    }

    @Test func thePapersFiltersStandInTwoTowersOfThreeRows() {
        // Filter i is black but for its number.
        let weights = (0..<96).flatMap { filter in
            (0..<363).map { $0 == 0 ? Float(-1) : Float(filter) / 96 }
        }
        let image = FilterGrid(weights: weights, kernel: 11, towers: 2).draw()
        #expect((image.width, image.height) == (788, 316))
        for filter in 0..<96 {
            let x = 12 + filter % 16 * 48 + 40
            let y = 12 + filter / 16 * 48 + (filter >= 48 ? 8 : 0) + 40
            let level = UInt8(level: 127.5 + 127.5 * Float(filter) / 96)
            #expect(image[x, y] == Color(level, level, level), "filter \(filter)")
        }
        // Between the towers.
        #expect((0..<788).allSatisfy { x in (152..<164).allSatisfy { image[x, $0] == .grey } })
    }

    @Test(arguments: [
        (1, 1), (3, 3), (16, 16), (17, 9), (24, 12), (32, 16), (37, 13), (48, 16), (64, 16), (97, 14),
        (384, 16),
    ])
    func columnsLeaveFewPlacesFree(_ filters: Int, _ columns: Int) {
        #expect(FilterGrid.columns(filters) == columns)
    }

    @Test(arguments: [1, 2, 17, 97, 192], [3, 11])
    func anyCountFits(_ filters: Int, _ kernel: Int) {
        for towers in [1, 2] {
            let weights = [Float](repeating: 1, count: filters * 3 * kernel * kernel)
            let image = FilterGrid(weights: weights, kernel: kernel, towers: towers).draw()
            #expect(image.width <= FilterGrid.maxWidth)
            #expect(image.width >= min(600, filters / towers * 66))
            #expect(image.height <= 820)
        }
    }

    @Test func towersThatDoNotDivideTheFiltersAreOne() {
        #expect(grid([[1, 1, 1], [1, 1, 1], [1, 1, 1]], towers: 2).towers == 1)
        #expect(grid([[1, 1, 1]], towers: 0).towers == 1)
        #expect(grid([[1, 1, 1], [1, 1, 1]], towers: 2).towers == 2)
    }

    @Test func whatIsNoNumberIsMarkedAndTheRestIsDrawn() {
        let filters: [[Float]] = [
            [.nan, 1, 1], [1, .infinity, 0], [1, 1, -.infinity], [.nan, .nan, .nan], [0, 0, 0],
            [.greatestFiniteMagnitude, 0, -.greatestFiniteMagnitude],
        ]
        let image = grid(filters).draw()
        let pitch = (image.width - 24 + 4) / 6
        let colors = (0..<6).map { image[12 + $0 * pitch, 12] }
        #expect(colors == [.notFinite, .notFinite, .notFinite, .notFinite, .grey, Color(255, 128, 0)])

        // The others of a filter with one such weight keep their contrast.
        let mixed = FilterGrid(weights: [.nan, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, -2], kernel: 2).draw()
        let (far, near) = (mixed.width - 13, 12)
        #expect(mixed[near, near] == .notFinite)
        #expect(mixed[far, near] == .paper)
        #expect(mixed[near, far] == .grey)
        #expect(mixed[far, far] == Color(128, 128, 0))
    }

    @Test func withoutFiltersThePictureSaysSo() {
        let image = FilterGrid(weights: [], kernel: 11, towers: 2).draw()
        #expect(image == Canvas.notice("no filters"))
    }
}
