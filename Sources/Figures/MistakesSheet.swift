// The validation images on which the network was most certain and wrong, with what it said and what they are: what it
// has not learned yet, and often labels that are wrong.

internal import Foundation
package import Images

package struct MistakesSheet: Sendable {
    package struct Mistake: Sendable {
        package var picture: Image
        /// The class that the network gave, and its probability, 0...1.
        package var predicted: String
        package var confidence: Float
        /// The class by its label.
        package var actual: String

        package init(picture: Image, predicted: String, confidence: Float, actual: String) {
            (self.picture, self.predicted, self.confidence, self.actual) = (
                picture, predicted, confidence, actual
            )
        }
    }

    /// As many as are drawn, in 3 columns: the picture is 700 pixels wide and at most 837 high.
    package static let capacity = 9

    package var mistakes: [Mistake]

    package init(_ mistakes: [Mistake]) { self.mistakes = mistakes }

    /// The first `capacity` mistakes of the highest confidence, the highest first; equals in the order given.
    package func draw() -> Image {
        if mistakes.isEmpty { return Canvas.notice("no mistakes") }
        let order = mistakes.indices.sorted { first, second in
            let (a, b) = (rank(first), rank(second))
            return a == b ? first < second : a > b
        }
        let cells = order.prefix(Self.capacity).map { index in
            let mistake = mistakes[index]
            return PictureSheet.Cell(
                picture: mistake.picture,
                captions: [
                    .init(
                        text: mistake.predicted, ending: String(format: " %.2f", mistake.confidence),
                        color: .red),
                    .init(text: "is: " + mistake.actual),
                ])
        }
        return PictureSheet(columns: 3, cells: cells).draw()
    }

    /// What is not a number comes last.
    private func rank(_ index: Int) -> Float {
        mistakes[index].confidence.isNaN ? -.infinity : mistakes[index].confidence
    }
}
