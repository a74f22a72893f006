// What a network says of the images of a batch: for each, a probability of every class.

internal import Glibc

package struct Probabilities: Sendable, Equatable {
    package let classes: Int
    /// [image][class]
    private var values: [Double]

    /// The mean of the softmax of several views' scores.
    ///
    /// - Parameter views: of each, the scores of all images, [image][class].
    init(views: [[Float]], classes: Int) {
        self.classes = classes
        values = Array(repeating: 0, count: views.first?.count ?? 0)
        for scores in views { add(softmaxOf: scores) }
        if views.count > 1 { for index in values.indices { values[index] /= Double(views.count) } }
    }

    /// - Parameter values: [image][class].
    init(_ values: [Double], classes: Int) { (self.values, self.classes) = (values, classes) }

    package var images: Int { classes > 0 ? values.count / classes : 0 }

    package subscript(image: Int, class: Int) -> Double { values[image * classes + `class`] }

    private mutating func add(softmaxOf scores: [Float]) {
        scores.withUnsafeBufferPointer { scores in
            values.withUnsafeMutableBufferPointer { values in
                for start in stride(from: 0, to: scores.count, by: classes) {
                    let own = start..<start + classes
                    var largest = -Float.infinity
                    for index in own { largest = max(largest, scores[index]) }
                    var sum = 0.0
                    for index in own { sum += exp(Double(scores[index] - largest)) }
                    for index in own { values[index] += exp(Double(scores[index] - largest)) / sum }
                }
            }
        }
    }

    /// The most probable classes of an image, the best first; of equals the lower index, as in the errors.
    package func best(_ count: Int, of image: Int) -> [Int] {
        var best: [Int] = []
        for candidate in 0..<classes {
            let value = self[image, candidate]
            if best.count == count, let last = best.last, self[image, last] >= value { continue }
            let place = best.firstIndex { self[image, $0] < value } ?? best.count
            best.insert(candidate, at: place)
            if best.count > count { best.removeLast() }
        }
        return best
    }

    /// How many classes come before `class`: 0 for the best.
    package func rank(of class: Int, image: Int) -> Int {
        let own = self[image, `class`]
        return (0..<classes).count {
            let value = self[image, $0]
            // What is no number comes before none, and is never right.
            return !(value < own) && (value != own || $0 < `class`)
        }
    }

    /// Cross-entropy, in nats; finite also where the probability is too small for a number.
    package func loss(of class: Int, image: Int) -> Double {
        let own = self[image, `class`]
        return own.isNaN ? own : -log(max(own, .leastNormalMagnitude))
    }
}
