// Histograms that a reader can draw, and none of the others.

import Testing

@testable import TensorBoard

@Suite struct HistogramTests {
    @Test func bucketsOfEqualWidth() throws {
        let histogram = try Histogram(min: -1, max: 1, counts: [1, 0, 2, 5], sum: 3, sumOfSquares: 4)
        #expect(histogram.rightEdges == [-0.5, 0, 0.5, 1])
        #expect(histogram.counts == [1, 0, 2, 5])
        #expect(histogram.count == 8)
    }

    /// 0.1 · 3 is not 0.3: the last edge must be the greatest value all the same.
    @Test func theLastEdgeIsTheGreatestValue() throws {
        for max in [0.3, 1e-300, 1e300, Double(Float.greatestFiniteMagnitude)] {
            for buckets in 1...64 {
                let histogram = try Histogram(
                    min: 0, max: max, counts: Array(repeating: 1, count: buckets), sum: 1, sumOfSquares: 1)
                #expect(histogram.rightEdges.last == max)
                #expect(histogram.rightEdges == histogram.rightEdges.sorted())
                #expect(histogram.rightEdges.count == histogram.counts.count)
            }
        }
    }

    /// Biases before the first step.
    @Test func oneValueIsOneBucket() throws {
        let histogram = try Histogram(min: 0, max: 0, counts: [90, 0, 6], sum: 0, sumOfSquares: 0)
        #expect(histogram.rightEdges == [0])
        #expect(histogram.counts == [96])
    }

    @Test(arguments: [[], [0], [0, 0, 0]]) func noValueIsNoReasonToStop(counts: [Int]) throws {
        let histogram = try Histogram(
            min: .infinity, max: -.infinity, counts: counts, sum: .nan, sumOfSquares: .nan)
        #expect(histogram.rightEdges == [0])
        #expect(histogram.counts == [0])
        #expect([histogram.min, histogram.max, histogram.sum, histogram.sumOfSquares] == [0, 0, 0, 0])
    }

    @Test(arguments: [
        (Double.nan, 1.0, 1.0, [1]), (0, .infinity, 1, [1]), (-.infinity, 0, 1, [1]), (2, 1, 1, [1]),
        (0, 1, .nan, [1]), (0, 1, .infinity, [1]), (0, 1, 1, [2, -1]), (-1e308, 1e308, 1, [1, 1]),
    ])
    func poisonIsRefused(min: Double, max: Double, sum: Double, counts: [Int]) {
        for (sum, squares) in [(sum, 1.0), (1, sum)] where !(sum == 1 && squares == 1 && min == 0 && max == 1)
        {
            do {
                _ = try Histogram(min: min, max: max, counts: counts, sum: sum, sumOfSquares: squares)
                Issue.record("took min \(min), max \(max), sum \(sum), counts \(counts)")
            } catch let error as TensorBoardError {
                #expect(error.code == .invalidPoint)
            } catch { Issue.record(error) }
        }
    }

    /// What is found in a file is read back only where it keeps the rules.
    @Test func brokenOnesOfAFileAreNotTaken() {
        func read(_ edges: [Double], _ counts: [Double]) -> Histogram? {
            Histogram(min: 0, max: 1, sum: 1, sumOfSquares: 1, rightEdges: edges, counts: counts)
        }
        #expect(read([0.5, 1], [1, 1]) != nil)
        #expect(read([], []) == nil)
        #expect(read([0.5, 1], [1]) == nil)
        #expect(read([0.5], [1, 1]) == nil)
        #expect(read([0.5, .nan], [1, 1]) == nil)
        #expect(read([0.5, 1], [1, .infinity]) == nil)
    }
}
