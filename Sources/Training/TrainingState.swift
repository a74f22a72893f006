// Where a run stands: everything beside parameters and moments that decides what comes next or is ever written. It is
// the state.json of a checkpoint; numbers keep all their bits (Foundation writes a Double so that it reads back equal).

package import Compute
package import Datasets
package import Foundation
package import Jobs

package struct TrainingState: Codable, Sendable, Equatable {
    /// Updates done.
    package var step = 0
    /// Epochs done with their evaluation.
    package var epoch = 0
    /// Updates done in the epoch that is under way; all of them when only its evaluation is missing.
    package var batch = 0
    package var schedule = ScheduleState()
    /// Sums since the last log step.
    package var window = Tally()
    package var best: BestEvaluation?
    /// Nil before the first evaluation that early stopping counts.
    package var stagnation: Stagnation?
    /// What the numbers were computed with, and on.
    package var numerics: [String: String] = [:]
    /// What the network's input was made with.
    package var normalization: Normalization?
    /// The checkpoint's file with the normalization's mean image; nil where it has none.
    package var meanImage: String?
    package var data: Fingerprint?

    package init() {}

    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try encoder.encode(self) + Data("\n".utf8)
    }

    package init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: json)
    }
}

/// The evaluation that the best checkpoint belongs to.
package struct BestEvaluation: Codable, Sendable, Equatable {
    package var step: Int
    package var top1Error: Double
    /// Nil where the state does not say.
    package var top5Error: Double?
    package var loss: Double

    /// Lower in the metric; among equals the lower loss.
    package func isBeaten(by other: BestEvaluation, in metric: Plan.Metric) -> Bool {
        let (old, new) = (self[metric] ?? .infinity, other[metric] ?? .infinity)
        return new < old || (new == old && other.loss < loss)
    }

    private subscript(metric: Plan.Metric) -> Double? {
        switch metric {
        case .loss: loss
        case .top1Error: top1Error
        case .top5Error: top5Error
        }
    }
}

/// What early stopping remembers.
package struct Stagnation: Codable, Sendable, Equatable {
    /// Of which `best` is a value.
    package var metric: Plan.Metric?
    package var best: Double?
    /// Evaluations in a row that were not better.
    package var stale = 0

    /// Begins anew where the rule, which may change between two attempts, has come to look at another metric.
    package mutating func evaluated(_ result: Tally, _ rule: Plan.EarlyStopping) {
        if let metric, metric != rule.metric { self = Stagnation() }
        metric = rule.metric
        let value = result[rule.metric]
        if rule.threshold.isBetter(value, than: best) { (best, stale) = (value, 0) } else { stale += 1 }
    }
}
