// What the reference says of a step: plain sums in double.

import Compute
import Networks

extension ReferenceEngine {
    /// - Parameter outputs: of every layer, over the batch; empty unless distributions are asked for.
    func statistics(
        _ before: [[Double]], _ gradients: [Reals], _ outputs: [[Double]], _ detail: StepSettings.Detail
    ) -> StepStatistics {
        var statistics = StepStatistics()
        let after = parameterValues
        statistics.weights = after.map(Moments.init)
        statistics.gradients = gradients.map { Moments($0.values) }
        statistics.updates = zip(after, before).map { after, before in
            zip(after, before).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        }
        guard detail == .distributions else { return statistics }
        var distributions = StepStatistics.Distributions()
        distributions.weights = after.map(Distribution.init)
        distributions.gradients = gradients.map { Distribution($0.values) }
        distributions.activations = network.layers.indices.filter {
            network.layers[$0].parameterPrefix != nil
        }
        .map { Distribution(outputs[lastInPlace(after: $0)]) }
        statistics.distributions = distributions
        return statistics
    }

    private func lastInPlace(after layer: Int) -> Int {
        var last = layer
        while last + 1 < network.layers.count {
            switch network.layers[last + 1].operation {
            case .relu, .flatten, .dropout: last += 1
            default: return last
            }
        }
        return last
    }
}

extension Moments {
    init(_ values: [Double]) {
        self.init()
        count = values.count
        sum = values.reduce(0, +)
        sumOfSquares = values.reduce(0) { $0 + $1 * $1 }
        minimum = Float(values.min() ?? .infinity)
        maximum = Float(values.max() ?? -.infinity)
    }
}

extension Distribution {
    init(_ values: [Double]) {
        let moments = Moments(values)
        let (low, width) = (Double(moments.minimum), Double(moments.maximum) - Double(moments.minimum))
        var counts = [Int](repeating: 0, count: Self.buckets)
        for value in values {
            let place = width > 0 ? (value - low) / width * Double(Self.buckets) : 0
            counts[max(0, min(Self.buckets - 1, Int(place)))] += 1
        }
        self.init(moments, counts: counts)
    }
}
