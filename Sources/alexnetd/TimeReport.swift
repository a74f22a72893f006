// What `alexnetd time` says: seconds of each layer, and what they come to. Layers of matrix products in GFLOP/s of direct
// arithmetic and against this machine's sgemm, measured beside them; layers that move numbers, and the weights of linear
// layers, in GB/s of the least that must go to memory and back.

import Compute
import Foundation
import Networks
import Training

/// What `--json` prints.
struct TimeReport: Encodable {
    struct Row: Encodable {
        var layer: String
        var forwardMs: Double
        var backwardMs: Double
        var updateMs: Double
        /// Of the step, in percent.
        var share: Double
        /// Nil where there are no products; more than the machine's where an algorithm saves some.
        var gflopPerS: Double?
        var toSgemm: Double?
        /// Nil where arithmetic takes the time.
        var megabytes: Double?
        var gbPerS: Double?
    }

    var model: String
    var batch: Int
    var threads: Int
    var pass: String
    var device: String
    var precision: String
    /// Median and best over the steps.
    var imagesPerS: Double
    var bestImagesPerS: Double
    /// Direct-convolution arithmetic of the median step.
    var gflopPerS: Double
    /// Of large products on all threads of the CPU, where that computes.
    var sgemmGflopPerS: Double?
    var toSgemm: Double?
    var kernels: String
    var blas: String
    var layers: [Row]
    /// When asked for.
    var curves: CurvesCost?

    init(
        _ network: Network, batch: Int, _ choice: EngineChoice, training: Bool, seconds: [Double],
        timings: LayerTimings,
        fingerprint: [String: String], sgemm: Double?
    ) {
        let sorted = seconds.sorted()
        let median = sorted[sorted.count / 2]
        let flops = training ? network.trainingFLOPs : network.forwardFLOPs
        (model, self.batch, threads) = (network.name, batch, choice.threads)
        (device, precision) = (choice.device.name, choice.precision.rawValue)
        pass = training ? "training" : "evaluation"
        imagesPerS = Self.rounded(Double(batch) / median)
        bestImagesPerS = Self.rounded(Double(batch) / sorted[0])
        gflopPerS = Self.rounded(Double(batch * flops) / median * 1e-9)
        sgemmGflopPerS = sgemm.map(Self.rounded)
        toSgemm = sgemm.map { [gflopPerS] in Self.rounded(gflopPerS / $0) }
        kernels = fingerprint["kernels"] ?? fingerprint["libraries"] ?? ""
        blas = fingerprint["blas"] ?? ""
        let total = seconds.reduce(0, +)
        layers = timings.layers.map { name in
            let phases = Phase.allCases.map { timings[name, $0] }
            let layer = network.layers.first { $0.name == name }
            let isFirst = layer.map { $0.name == network.layers.first { $0.forwardFLOPs > 0 }?.name } ?? false
            let work = layer.map { Work($0, batch: batch, training: training, isFirst: isFirst) } ?? Work()
            let perStep = phases.reduce(0, +) / Double(seconds.count)
            let rate = Double(work.flops) / perStep * 1e-9
            func milliseconds(_ value: Double) -> Double {
                Self.rounded(value * 1000 / Double(seconds.count))
            }
            // A layer that another one does takes no time of its own.
            let isDone = perStep > 1e-5
            return Row(
                layer: name, forwardMs: milliseconds(phases[0]), backwardMs: milliseconds(phases[1]),
                updateMs: milliseconds(phases[2]),
                share: Self.rounded(perStep / total * 100 * Double(seconds.count)),
                gflopPerS: isDone && work.flops > 0 ? Self.rounded(rate) : nil,
                toSgemm: isDone && work.flops > 0 ? sgemm.map { Self.rounded(rate / $0) } : nil,
                megabytes: isDone && work.bytes > 0 ? Self.rounded(Double(work.bytes) * 1e-6) : nil,
                gbPerS: isDone && work.bytes > 0 ? Self.rounded(Double(work.bytes) / perStep * 1e-9) : nil)
        }
    }

    private var comparison: String {
        guard let toSgemm, let sgemmGflopPerS else { return "" }
        return " = \(toSgemm) × sgemm (\(sgemmGflopPerS))"
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    var table: String {
        func cell(_ value: Double?, _ format: String = "%9.1f") -> String {
            guard let value, value != 0 else { return "        –" }
            return String(format: format, value)
        }
        let rows = layers.map {
            $0.layer.padding(toLength: 10, withPad: " ", startingAt: 0) + cell($0.forwardMs)
                + cell($0.backwardMs) + cell($0.updateMs) + cell($0.share) + cell($0.gflopPerS, "%9.0f")
                + cell($0.toSgemm, "%9.2f") + cell($0.megabytes, "%9.0f") + cell($0.gbPerS)
        }
        let libraries = [kernels, blas].filter { !$0.isEmpty }.joined(separator: "; ")
        let device = device == "cpu" ? "cpu, \(threads) threads" : device
        return """
            \(model), \(pass), batch \(batch), \(device), \(precision); \(libraries)
            layer       forward backward   update   % step  GFLOP/s  ÷ sgemm       MB     GB/s   (ms per step)
            \(rows.joined(separator: "\n"))
            \(imagesPerS) images/s (best \(bestImagesPerS)), \(gflopPerS) GFLOP/s\(comparison)
            """
    }
}

extension TimeReport {
    /// What one layer has to do in a step.
    private struct Work {
        var flops = 0
        /// Activations in and out of layers that only move them, weights and momentum of linear ones.
        var bytes = 0

        init() {}

        init(_ layer: Layer, batch: Int, training: Bool, isFirst: Bool) {
            flops = layer.forwardFLOPs * batch * (training ? isFirst ? 2 : 3 : 1)
            let (input, output) = (layer.input.count * 4, layer.output.count * 4)
            switch layer.operation {
            case .convolution: bytes = 0
            // W for Y; W for dX; W and its momentum read and written by the update.
            case .linear: bytes = input * output / 4 * (training ? 5 : 1)
            // x to y; x and dy to dx.
            case .localResponseNorm, .maxPool:
                bytes = batch * (input + output + (training ? 2 * input + output : 0))
            // x to its sums, x to y; x and dy to theirs, x and dy to dx.
            case .batchNorm:
                bytes = batch * (input + output + (training ? 2 * input + output + 3 * input : 0))
            case .relu, .dropout: bytes = batch * 2 * input * (training ? 2 : 1)
            case .flatten: bytes = 0
            }
        }
    }
}
