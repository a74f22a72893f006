// What an evaluation shows beyond its numbers: which class is taken for which, and the images on which the network was
// most certain and wrong.

internal import Compute
internal import Figures
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

    mutating func add(_ batch: Batch, _ probabilities: Probabilities) {
        for slot in 0..<batch.count {
            guard let predicted = probabilities.best(1, of: slot).first else { continue }
            let actual = Int(batch.labels[slot])
            counts[actual * classes.count + predicted] += 1
            guard predicted != actual else { continue }
            note(Float(probabilities[slot, predicted]), predicted, actual) { batch.picture(slot) }
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
