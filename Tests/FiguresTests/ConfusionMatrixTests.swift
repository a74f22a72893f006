// The confusion matrix: which cell has which colour, what is written, and sizes from one class to thousands.

import Images
import Testing

@testable import Figures

@Suite struct ConfusionMatrixTests {
    private func names(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }

    /// The colour of a cell, in its corner, where no number is.
    private func cell(_ image: Image, _ layout: ConfusionLayout, _ row: Int, _ column: Int) -> Color {
        image[layout.left + column * layout.cell, layout.top + row * layout.cell]
    }

    @Test func aRowIsAClassAsItIs() throws {
        // All cats are found; of the four dogs, three are taken for cats.
        let image = ConfusionMatrix(counts: [7, 0, 3, 1], classes: ["cat", "dog"]).draw()
        let layout = try #require(ConfusionLayout(names: ["cat", "dog"]))
        #expect((image.width, image.height) == (layout.width, layout.height))
        #expect(cell(image, layout, 0, 0) == Color(0xfde725))
        #expect(cell(image, layout, 0, 1) == Color(0x440154))
        // The root of a quarter is a half, that of three quarters 0.866.
        #expect(cell(image, layout, 1, 1) == Viridis.color(0.5))
        #expect(cell(image, layout, 1, 0) == Viridis.color(0.8660254))

        // A cell is filled up to the line beside it.
        let end = layout.left + layout.cell - layout.line
        #expect(image[end - 1, layout.top] == Color(0xfde725))
        #expect(image[end, layout.top] == .paper)
        #expect(image[layout.left - 1, layout.top] == .paper)
        #expect(image[layout.left, layout.top - 1] == .paper)
    }

    @Test func theShareIsWrittenInTheCell() throws {
        let image = ConfusionMatrix(counts: [7, 0, 3, 1], classes: ["cat", "dog"]).draw()
        let layout = try #require(ConfusionLayout(names: ["cat", "dog"]))
        let side = layout.cell - layout.line
        var expected = Canvas(width: side, height: side, background: Viridis.color(0.8660254))
        let line = TextLine("75")
        expected.draw(line, (side - line.width * 2) / 2, (side - 14) / 2, .ink)
        for y in 0..<side {
            for x in 0..<side
            where image[layout.left + x, layout.top + layout.cell + y] != expected.image[x, y] {
                Issue.record("(\(x), \(y))")
                return
            }
        }
    }

    @Test(arguments: [
        (0, ""), (1e-9, "<1"), (0.0049, "<1"), (0.006, "1"), (0.5, "50"), (0.994, "99"), (0.996, ">99"),
        (1, "100"),
    ])
    func percentagesDoNotPretend(_ share: Double, _ text: String) {
        #expect(ConfusionMatrix.text(share) == text)
    }

    @Test func aClassWithoutImagesIsNeitherRightNorWrong() throws {
        let image = ConfusionMatrix(counts: [0, 0, 0, 5], classes: ["cat", "dog"]).draw()
        let layout = try #require(ConfusionLayout(names: ["cat", "dog"]))
        #expect(cell(image, layout, 0, 0) == .empty)
        #expect(cell(image, layout, 0, 1) == .empty)
        #expect(cell(image, layout, 1, 0) == Viridis.color(0))
    }

    @Test func namesStandBesideTheirRowsAndColumns() throws {
        let classes = ["i", "WWWWWWWWWW"]
        let image = ConfusionMatrix(counts: [1, 0, 0, 1], classes: classes).draw()
        let layout = try #require(ConfusionLayout(names: classes))
        func ink(_ columns: Range<Int>, _ rows: Range<Int>) -> Int {
            rows.reduce(0) { count, y in count + columns.count { image[$0, y] == .ink } }
        }
        let (x, y, half) = (layout.left, layout.top, layout.cell)
        // Six dots of "i", of four pixels each; ten times eighteen of "W".
        #expect(ink(0..<x, y..<y + half) == 6 * 4)
        #expect(ink(0..<x, y + half..<y + 2 * half) == 180 * 4)
        #expect(ink(x..<x + half, 0..<y) == 6 * 4)
        #expect(ink(x + half..<x + 2 * half, 0..<y) == 180 * 4)
    }

    @Test(arguments: [1, 2, 3, 8, 12, 13, 20, 25])
    func fewClassesHaveNames(_ count: Int) throws {
        let long = (0..<count).map { "soft-coated wheaten terrier \($0)" }
        for classes in [names(count), long] {
            let layout = try #require(ConfusionLayout(names: classes))
            #expect(layout.names.count == count)
            #expect(layout.hasValues == (count <= 12))
            #expect(layout.cell >= (count <= 12 ? 34 : 20))
            #expect(layout.width == 700)
            #expect((560...650).contains(layout.height))
            let image = ConfusionMatrix(counts: Array(repeating: 1, count: count * count), classes: classes)
                .draw()
            #expect((image.width, image.height) == (layout.width, layout.height))
            // Nothing touches the picture's edge.
            for x in 0..<image.width {
                #expect(image[x, 0] == .paper && image[x, image.height - 1] == .paper)
            }
            for y in 0..<image.height {
                #expect(image[0, y] == .paper && image[image.width - 1, y] == .paper)
            }
        }
        #expect(ConfusionLayout(names: names(26)) == nil)
    }

    @Test(arguments: [(26, 22), (100, 6), (567, 2), (568, 1), (1000, 1)])
    func manyClassesAreAMap(_ cells: Int, _ cell: Int) {
        let layout = ConfusionLayout(cells: cells)
        #expect(layout.cell == cell)
        #expect(layout.names.isEmpty && !layout.hasValues)
        #expect((568...1134).contains(layout.side))
        #expect(layout.width == layout.side + 132)
        #expect(layout.height == layout.side + 52)
    }

    @Test func aMapHasTheDiagonalOnTheDiagonal() {
        var counts = [Int](repeating: 0, count: 300 * 300)
        for i in 0..<300 { counts[i * 300 + i] = 3 }
        // The third class is taken for the last.
        (counts[2 * 300 + 2], counts[2 * 300 + 299]) = (0, 1)
        let image = ConfusionMatrix(counts: counts, classes: names(300)).draw()
        let layout = ConfusionLayout(cells: 300)
        for i in 0..<300 where i != 2 {
            #expect(cell(image, layout, i, i) == Viridis.color(1))
            #expect(cell(image, layout, i, (i + 1) % 300) == Viridis.color(0))
        }
        #expect(cell(image, layout, 2, 299) == Viridis.color(1))
        #expect(cell(image, layout, 299, 2) == Viridis.color(0))
    }

    @Test func neighboursShareACellAboveTheLimit() {
        // 1001 classes: two by two, the last alone. Class 0 is right, class 1 taken for the last.
        var counts = [Int](repeating: 0, count: 1001 * 1001)
        counts[0] = 3
        counts[1001 + 1000] = 1
        counts[1000 * 1001 + 1000] = 1
        let image = ConfusionMatrix(counts: counts, classes: Array(repeating: "x", count: 1001)).draw()
        let layout = ConfusionLayout(cells: 501)
        #expect((image.width, image.height) == (layout.width, layout.height))
        #expect(cell(image, layout, 0, 0) == Viridis.color(0.8660254))
        #expect(cell(image, layout, 0, 500) == Viridis.color(0.5))
        #expect(cell(image, layout, 500, 500) == Viridis.color(1))
        #expect(cell(image, layout, 1, 1) == .empty)
    }

    @Test func theKeyRunsFromAllToNothing() throws {
        let image = ConfusionMatrix(counts: [1], classes: ["cat"]).draw()
        let layout = try #require(ConfusionLayout(names: ["cat"]))
        let x = layout.left + layout.side + ConfusionLayout.keyGap
        #expect(image[x, layout.top] == Viridis.color(1))
        #expect(image[x + ConfusionLayout.keyWidth - 1, layout.top + layout.side - 1] == Viridis.color(0))
        // A pixel stands for its middle.
        let below = 0.5 - 0.5 / Double(layout.side)
        #expect(image[x, layout.top + layout.side / 2] == Viridis.color(below))
    }

    @Test func withoutClassesThePictureSaysSo() {
        #expect(ConfusionMatrix(counts: [], classes: []).draw() == Canvas.notice("no classes"))
    }
}
