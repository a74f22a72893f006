// What goes on inside the network: norms and means layer by layer at log steps, distributions at their own interval.

internal import Compute
internal import Foundation
internal import Networks
internal import TensorBoard

extension Curves {
    func logged(_ statistics: StepStatistics, step: Int) throws {
        try log.scalar("gradient_norm", statistics.gradientNorm, step: step)
        for (layer, parameters) in layers {
            let weight = norm(parameters.map { statistics.weights[$0].sumOfSquares })
            let update = norm(parameters.map { statistics.updates[$0] * statistics.updates[$0] })
            try log.scalar(
                "gradient_norm/\(layer)", norm(parameters.map { statistics.gradients[$0].sumOfSquares }),
                step: step)
            try log.scalar("weight_norm/\(layer)", weight, step: step)
            try log.scalar("update_ratio/\(layer)", weight > 0 ? update / weight : 0, step: step)
            for index in parameters {
                let name = name(of: index)
                try log.scalar("mean/\(name)", statistics.weights[index].mean, step: step)
                try log.scalar("mean_gradient/\(name)", statistics.gradients[index].mean, step: step)
            }
        }
    }

    func histograms(_ distributions: StepStatistics.Distributions, step: Int) throws {
        for (index, parameter) in network.parameters.enumerated() {
            let name = name(of: index)
            try histogram("parameters/\(name)", distributions.weights[index], step)
            guard parameter.role.isLearned else { continue }
            try histogram("gradients/\(name)", distributions.gradients[index], step)
        }
        for ((layer, _), distribution) in zip(layers, distributions.activations) {
            try histogram("activations/\(layer)", distribution, step)
        }
    }

    func describeLayers() {
        for (layer, parameters) in layers {
            log.describe(
                "gradient_norm/\(layer)", title: "\(layer): gradient norm", description: "Weights and biases."
            )
            log.describe(
                "weight_norm/\(layer)", title: "\(layer): weight norm", description: "After the update.")
            log.describe(
                "update_ratio/\(layer)", title: "\(layer): update ÷ weight",
                description:
                    "Norm of what the step added by the norm of what is there; about 0.001 is healthy.")
            log.describe(
                "activations/\(layer)", title: "\(layer): activations",
                description: "Of one batch, after ReLU and dropout where they follow"
                    + (plan.accumulate > 1 ? "; of its last piece." : "."))
            for name in parameters.map(name(of:)) {
                log.describe("mean/\(name)", title: "\(name): mean", description: "After the update.")
                log.describe(
                    "mean_gradient/\(name)", title: "\(name): mean of the gradient",
                    description: "Of the step.")
                log.describe("parameters/\(name)", title: name, description: "After the update.")
                log.describe(
                    "gradients/\(name)", title: "\(name): gradient", description: "Without weight decay.")
            }
        }
    }

    /// Layers with parameters that are learned, and the indices of these.
    private var layers: [(name: String, parameters: [Int])] {
        network.layers.indices.compactMap { layer in
            let parameters = network.parameters.indices.filter {
                network.parameters[$0].layer == layer && network.parameters[$0].role.isLearned
            }
            return parameters.isEmpty ? nil : (network.layers[layer].name, parameters)
        }
    }

    /// "conv1/weight"
    private func name(of parameter: Int) -> String {
        let parameter = network.parameters[parameter]
        return "\(network.layers[parameter.layer].name)/\(parameter.role.rawValue)"
    }

    private func norm(_ squares: [Double]) -> Double { squares.reduce(0, +).squareRoot() }

    private func histogram(_ tag: String, _ distribution: Distribution, _ step: Int) throws {
        let moments = distribution.moments
        let counted = distribution.counts.reduce(0, +)
        // An infinity leaves nothing to count; NaN is in the sums, but not in the counts.
        guard counted == moments.count else {
            let none = try Histogram(min: 0, max: 0, counts: [0], sum: 0, sumOfSquares: 0)
            return try log.histogram(tag, none, notFinite: moments.count - counted, step: step)
        }
        let histogram = try Histogram(
            min: Double(moments.minimum), max: Double(moments.maximum), counts: distribution.counts,
            sum: moments.sum, sumOfSquares: moments.sumOfSquares)
        try log.histogram(tag, histogram, step: step)
    }
}
