// What a network makes of a labelled set of images: the errors over all of it, class by class, and which class is taken
// for which.

internal import Compute

package struct Evaluation: Sendable, Equatable {
    /// Of the images of one class.
    package struct Row: Sendable, Equatable {
        package var images = 0
        package var top1Errors = 0
        package var top5Errors = 0
        /// How often each class was given as the best.
        package var predicted: [Int: Int] = [:]
    }

    package struct Confusion: Sendable, Equatable {
        package var actual: Int
        package var predicted: Int
        package var count: Int
    }

    package let classes: [String]
    /// In the order of the classes.
    package private(set) var rows: [Row]
    package private(set) var total = Tally()

    init(classes: [String]) {
        self.classes = classes
        rows = Array(repeating: Row(), count: classes.count)
    }

    mutating func add(_ result: BatchResult, _ probabilities: Probabilities, labels: [Int32]) {
        total.add(result)
        for image in 0..<result.count {
            let label = Int(labels[image])
            let rank = probabilities.rank(of: label, image: image)
            rows[label].images += 1
            rows[label].top1Errors += rank > 0 ? 1 : 0
            rows[label].top5Errors += rank >= 5 ? 1 : 0
            if let best = probabilities.best(1, of: image).first {
                rows[label].predicted[best, default: 0] += 1
            }
        }
    }

    /// Every pair of classes of which one was taken for the other, the most frequent first.
    package var confusions: [Confusion] {
        let pairs = rows.enumerated().flatMap { actual, row in
            row.predicted.filter { $0.key != actual }.map {
                Confusion(actual: actual, predicted: $0.key, count: $0.value)
            }
        }
        return pairs.sorted { ($1.count, $0.actual, $0.predicted) < ($0.count, $1.actual, $1.predicted) }
    }
}
