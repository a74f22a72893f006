// What a batch has come to.

/// Sums over the samples of one batch.
package struct BatchResult: Sendable, Equatable {
    package var count = 0
    /// Σ of each sample's cross-entropy, in nats; of a training step with its smoothed label.
    package var loss = 0.0
    /// Samples whose label was not the best, not among the best five scores (a tie counts for the lower class index).
    package var top1Errors = 0
    package var top5Errors = 0
    /// When asked for.
    package var statistics: StepStatistics?

    package init() {}

    /// One more sample.
    /// - Parameter rank: how many classes were scored better than its label.
    package mutating func add(loss: Double, rank: Int) {
        count += 1
        self.loss += loss
        top1Errors += rank < 1 ? 0 : 1
        top5Errors += rank < 5 ? 0 : 1
    }
}
