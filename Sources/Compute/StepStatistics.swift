// What a training step looked like inside, for whoever watches a network learn: its weights after the update, the
// gradients that led there, how far it moved, and what its layers put out. The same numbers for any number of threads.

/// Of many numbers. Sums in double.
package struct Moments: Sendable, Equatable {
    package var count = 0
    package var sum = 0.0
    package var sumOfSquares = 0.0
    /// Of what is no NaN; +∞ and −∞ where there is nothing.
    package var minimum = Float.infinity
    package var maximum = -Float.infinity

    package init() {}

    /// Buckets of a `Distribution` per unit of what is counted: 0 where all of it is one value, and belongs to the first; nil
    /// where there is nothing finite between the least and the greatest.
    package var bucketScale: Float? {
        let width = maximum - minimum
        guard width.isFinite, width >= 0 else { return nil }
        let scale = width > 0 ? Float(Distribution.buckets) / width : 0
        return scale.isFinite ? scale : 0
    }

    package var mean: Double { sum / Double(max(1, count)) }
    /// Euclidean.
    package var norm: Double { sumOfSquares.squareRoot() }
}

/// How numbers lie between their least and their greatest, in equal buckets.
package struct Distribution: Sendable, Equatable {
    package static let buckets = 64

    package var moments: Moments
    /// Empty where there is nothing finite to count.
    package var counts: [Int]

    package init(_ moments: Moments, counts: [Int]) { (self.moments, self.counts) = (moments, counts) }
}

package struct StepStatistics: Sendable, Equatable {
    /// In the order of the network's parameters, after the update…
    package var weights: [Moments] = []
    /// …of the mean loss, without weight decay…
    package var gradients: [Moments] = []
    /// …and the Euclidean norm of what the update has added.
    package var updates: [Double] = []
    /// When asked for.
    package var distributions: Distributions?

    package struct Distributions: Sendable, Equatable {
        /// In the order of the network's parameters.
        package var weights: [Distribution] = []
        package var gradients: [Distribution] = []
        /// Of the layers that have parameters, in order: what leaves each after the ReLU and dropout that
        /// follow it. Of the last piece of a batch that is worked through in pieces.
        package var activations: [Distribution] = []

        package init() {}
    }

    package init() {}

    /// Euclidean norm of the gradient over all parameters.
    package var gradientNorm: Double { gradients.reduce(0) { $0 + $1.sumOfSquares }.squareRoot() }
}
