// Sheets of pictures: what becomes of a sample's pixels, where they lie, in which order, with which words.

import Images
import Testing

@testable import Figures

@Suite struct SheetTests {
    /// 3 × 2, each pixel's red its number.
    private let small = Image(
        width: 3, height: 2, pixels: (0..<6).flatMap { [UInt8($0), 100, 200] })

    private func sample(
        _ picture: Image, crop: Int = 2, top: Int = 0, left: Int = 0, flip: Bool = false,
        color: SIMD3<Float> = .zero, label: String = "cat"
    ) -> SampleSheet.Sample {
        .init(picture: picture, top: top, left: left, crop: crop, flip: flip, color: color, label: label)
    }

    private func mistake(
        _ color: Color, _ confidence: Float, _ predicted: String = "dog", _ actual: String = "cat"
    )
        -> MistakesSheet.Mistake
    {
        .init(
            picture: Image(width: 4, height: 4, filledWith: color), predicted: predicted,
            confidence: confidence,
            actual: actual)
    }

    // MARK: Samples

    @Test func aSampleIsCroppedThenMirroredThenColored() {
        func reds(_ sample: SampleSheet.Sample) -> [UInt8] {
            stride(from: 0, to: 12, by: 3).map { sample.view.pixels[$0] }
        }
        #expect(reds(sample(small)) == [0, 1, 3, 4])
        #expect(reds(sample(small, left: 1)) == [1, 2, 4, 5])
        #expect(reds(sample(small, left: 1, flip: true)) == [2, 1, 5, 4])
        let view = sample(small, crop: 1, top: 1, left: 2, color: [2.6, -101, 80]).view
        #expect(view.pixels == [8, 0, 255])
        #expect(sample(small, color: [.nan, .infinity, -.infinity]).view[0, 0] == Color(0, 255, 0))
    }

    @Test func samplesLieInFourColumns() {
        let colors = (0..<6).map { Color(UInt8(40 * $0), 10, 20) }
        let samples = colors.map { sample(Image(width: 8, height: 8, filledWith: $0), crop: 5, label: "i") }
        let image = SampleSheet(samples).draw()
        #expect((image.width, image.height) == (700, 12 + 2 * 198))
        for (index, color) in colors.enumerated() {
            let (x, y) = (12 + index % 4 * 172, 12 + index / 4 * 198)
            #expect(image[x, y] == color)
            #expect(image[x + 159, y + 159] == color)
            #expect(
                [image[x - 1, y], image[x, y - 1], image[x + 160, y], image[x, y + 160]].allSatisfy {
                    $0 == .paper
                })
            // The dot of the "i".
            #expect(image[x, y + 166] == .ink)
            #expect(image[x + 2, y + 166] == .paper)
        }
        #expect(image[12 + 2 * 172, 12 + 198] == .paper)
    }

    @Test func aSheetIsBounded() {
        let samples = Array(repeating: sample(small), count: 50)
        let drawn = SampleSheet(samples).draw()
        #expect((drawn.width, drawn.height) == (700, 804))
        let mistakes = MistakesSheet(Array(repeating: mistake(.grey, 0.5), count: 50)).draw()
        #expect((mistakes.width, mistakes.height) == (700, 837))
    }

    @Test func aLongNameEndsWithinItsColumn() {
        let long = String(repeating: "German short-haired pointer ", count: 3)
        let image = SampleSheet([sample(small, label: long), sample(small)]).draw()
        for y in 178..<196 { for x in 172..<184 { #expect(image[x, y] == .paper) } }
    }

    @Test func emptySheetsSaySo() {
        #expect(SampleSheet([]).draw() == Canvas.notice("no samples"))
        #expect(MistakesSheet([]).draw() == Canvas.notice("no mistakes"))
        #expect(Canvas.notice("no mistakes").width == 700)
    }

    // MARK: Mistakes

    @Test func theMostConfidentMistakeComesFirst() {
        let colors = (0..<5).map { Color(UInt8(50 * $0), 9, 9) }
        let confidences: [Float] = [0.5, 0.9, .nan, 0.9, 0.99]
        let image = MistakesSheet(zip(colors, confidences).map { mistake($0, $1) }).draw()
        let order = (0..<5).map { image[12 + $0 % 3 * 229, 12 + $0 / 3 * 275] }
        #expect(order == [4, 1, 3, 0, 2].map { colors[$0] })
    }

    @Test func aMistakeHasTwoLines() {
        let image = MistakesSheet([mistake(.grey, 0.984)]).draw()
        var canvas = Canvas(height: image.height)
        canvas.fill(12, 12, 217, 217, .grey)
        canvas.draw(TextLine("dog 0.98"), 12, 235, .red)
        canvas.draw(TextLine("is: cat"), 12, 255)
        #expect(image == canvas.image)
    }

    @Test func theConfidenceIsNeverCut() {
        let image = MistakesSheet([mistake(.grey, 1, "soft-coated wheaten terrier", "W")]).draw()
        var canvas = Canvas(height: image.height)
        canvas.fill(12, 12, 217, 217, .grey)
        canvas.draw(TextLine("soft-coated wheat… 1.00"), 12, 235, .red)
        canvas.draw(TextLine("is: W"), 12, 255)
        #expect(image == canvas.image)
    }

    @Test func anOblongPictureLiesInTheMiddleOfItsPlace() {
        let wide = Image(width: 40, height: 20, filledWith: .grey)
        let image = PictureSheet(columns: 4, cells: [.init(picture: wide, captions: [])]).draw()
        #expect(image.height == 12 + 160 + 6 + 12)
        #expect(
            [image[12, 12 + 39], image[12, 12 + 40], image[171, 12 + 119], image[12, 12 + 120]] == [
                .paper, .grey, .grey, .paper,
            ])
    }
}
