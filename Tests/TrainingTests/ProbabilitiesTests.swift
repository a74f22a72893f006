// Softmax, its mean over views, and the order of the classes.

import Foundation
import Testing

@testable import Training

@Suite struct ProbabilitiesTests {
    @Test func softmax() {
        let one = Probabilities(views: [[0, log(3), 100, 100]], classes: 2)
        #expect(one.images == 2)
        #expect(abs(one[0, 0] - 0.25) < 1e-7 && abs(one[0, 1] - 0.75) < 1e-7)
        #expect(one[1, 0] == 0.5 && one[1, 1] == 0.5)
    }

    @Test func scoresOfAnySizeAreFinite() {
        let wide = Probabilities(views: [[-1e30, 0, 1e30]], classes: 3)
        #expect((0..<3).map { wide[0, $0] } == [0, 0, 1])
        #expect(wide.loss(of: 0, image: 0).isFinite)
        #expect(Probabilities(views: [[.nan, 1]], classes: 2).loss(of: 1, image: 0).isNaN)
    }

    /// Probabilities are averaged, not scores.
    @Test func viewsAreAveraged() {
        let mean = Probabilities(views: [[0, 50], [0, log(3)]], classes: 2)
        #expect(abs(mean[0, 1] - 0.875) < 1e-7)
        #expect(abs(mean.loss(of: 0, image: 0) + log(0.125)) < 1e-7)
    }

    @Test func theBestComeFirstAndOfEqualsTheLower() {
        let some = Probabilities([0.1, 0.3, 0.2, 0.3, 0.1], classes: 5)
        #expect(some.best(1, of: 0) == [1])
        #expect(some.best(4, of: 0) == [1, 3, 2, 0])
        #expect(some.best(9, of: 0) == [1, 3, 2, 0, 4])
        #expect((0..<5).map { some.rank(of: $0, image: 0) } == [3, 0, 2, 1, 4])
    }
}
