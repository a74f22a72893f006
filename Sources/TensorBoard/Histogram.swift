// The spread of a tensor's values, as counts in buckets that lie side by side.
//
// 1. It holds finite values only. Who counts a NaN or an infinity says so beside it (`RunLog.histogram`).
// 2. Right edges rise from bucket to bucket, there is one per count, and the last is the greatest value: a histogram
//    that breaks this would stop TensorBoard's Python loader for every run of the folder, so none can be made.

package struct Histogram: Hashable, Sendable {
    /// The least and the greatest value; 0 where there is none.
    package let min: Double
    package let max: Double
    package let sum: Double
    package let sumOfSquares: Double
    /// Where each bucket ends; it begins where the one before ends, the first one at `min`.
    package let rightEdges: [Double]
    /// How many values lie in each bucket.
    package let counts: [Double]

    /// How many values there are.
    package var count: Double { counts.reduce(0, +) }

    /// Buckets of equal width from `min` to `max`. Where the two are equal it becomes one bucket, and where all counts
    /// are zero an empty histogram, whatever the other numbers are.
    /// - Throws: `TensorBoardError.invalidPoint` for a number that is not finite, `min` above `max`, a negative count.
    package init(min: Double, max: Double, counts: [Int], sum: Double, sumOfSquares: Double) throws {
        guard counts.allSatisfy({ $0 >= 0 }) else { throw Self.invalid("a count is negative") }
        let count = Double(counts.reduce(0, +))
        guard count > 0 else {
            (self.min, self.max, self.sum, self.sumOfSquares) = (0, 0, 0, 0)
            (rightEdges, self.counts) = ([0], [0])
            return
        }
        guard min.isFinite, max.isFinite, (max - min).isFinite, sum.isFinite, sumOfSquares.isFinite else {
            throw Self.invalid("min \(min), max \(max), sum \(sum), sum of squares \(sumOfSquares)")
        }
        guard min <= max else { throw Self.invalid("min \(min) is above max \(max)") }
        (self.min, self.max, self.sum, self.sumOfSquares) = (min, max, sum, sumOfSquares)
        if min == max {
            (rightEdges, self.counts) = ([max], [count])
        } else {
            let width = (max - min) / Double(counts.count)
            rightEdges = (1...counts.count).map { $0 == counts.count ? max : min + Double($0) * width }
            self.counts = counts.map(Double.init)
        }
    }

    /// As it is found in a file; nil where it breaks a rule.
    init?(
        min: Double, max: Double, sum: Double, sumOfSquares: Double, rightEdges: [Double], counts: [Double]
    ) {
        guard !counts.isEmpty, counts.count == rightEdges.count,
            ([min, max, sum, sumOfSquares] + rightEdges + counts).allSatisfy(\.isFinite)
        else { return nil }
        (self.min, self.max, self.sum, self.sumOfSquares) = (min, max, sum, sumOfSquares)
        (self.rightEdges, self.counts) = (rightEdges, counts)
    }

    private static func invalid(_ reason: String) -> TensorBoardError {
        TensorBoardError(.invalidPoint, "no histogram can be drawn: \(reason)")
    }
}
