// What an evaluation shows beyond its numbers: which class is taken for which, and the images on which the network was
// most certain and wrong.

internal import Compute
internal import Figures
internal import Foundation
internal import Images

struct Review {
    private let classes: [String]
    /// [actual][predicted]
    private var counts: [Int]
    /// The most confident first; never more than a sheet holds.
    private var mistakes: [MistakesSheet.Mistake] = []

    /// More classes than this have no matrix: a picture could not show it.
    static let mostClasses = 4096

    init(classes: [String]) {
        self.classes = classes
        counts = Array(repeating: 0, count: classes.count * classes.count)
    }

    /// - Parameter scores: of the batch, [count][classes].
    mutating func add(_ batch: Batch, _ scores: [Float]) {
        for slot in 0..<batch.count {
            let own = scores[slot * classes.count..<(slot + 1) * classes.count]
            // Of equal scores the lower class index counts, as in the errors.
            guard let best = own.indices.max(by: { own[$0] < own[$1] || (own[$0] == own[$1] && $0 > $1) })
            else { continue }
            let (predicted, actual) = (best - own.startIndex, Int(batch.labels[slot]))
            counts[actual * classes.count + predicted] += 1
            guard predicted != actual else { continue }
            let sum = own.reduce(0) { $0 + exp($1 - own[best]) }
            note(1 / sum, predicted, actual) { batch.picture(slot) }
        }
    }

    private mutating func note(
        _ confidence: Float, _ predicted: Int, _ actual: Int, picture: () -> Image
    ) {
        let place = mistakes.firstIndex { $0.confidence < confidence } ?? mistakes.count
        guard place < MistakesSheet.capacity else { return }
        mistakes.insert(
            MistakesSheet.Mistake(
                picture: picture(), predicted: classes[predicted], confidence: confidence,
                actual: classes[actual]), at: place)
        if mistakes.count > MistakesSheet.capacity { mistakes.removeLast() }
    }

    var mistakesSheet: MistakesSheet { MistakesSheet(mistakes) }
    var confusionMatrix: ConfusionMatrix { ConfusionMatrix(counts: counts, classes: classes) }
}
