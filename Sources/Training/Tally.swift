// Loss and errors, added up over samples: since the last log step, or over a whole split.

package import Compute
internal import Jobs

package struct Tally: Codable, Sendable, Equatable {
    package var samples = 0
    /// Σ of each sample's cross-entropy, in nats.
    package var loss = 0.0
    package var top1Errors = 0
    package var top5Errors = 0

    package init(samples: Int = 0, loss: Double = 0) { (self.samples, self.loss) = (samples, loss) }

    package mutating func add(_ result: BatchResult) {
        samples += result.count
        loss += result.loss
        top1Errors += result.top1Errors
        top5Errors += result.top5Errors
    }

    package var meanLoss: Double { loss / Double(max(1, samples)) }
    package var top1Error: Double { Double(top1Errors) / Double(max(1, samples)) }
    package var top5Error: Double { Double(top5Errors) / Double(max(1, samples)) }

    subscript(metric: Plan.Metric) -> Double {
        switch metric {
        case .loss: meanLoss
        case .top1Error: top1Error
        case .top5Error: top5Error
        }
    }
}
