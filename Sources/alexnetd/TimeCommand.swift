// `alexnetd time`: how long a training step takes here, layer by layer, on random data.

import ArgumentParser
import Compute
import ComputeCPU
import Foundation
import Jobs
import Networks
import Randomness
import SystemPackage
import Training

struct TimeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time", abstract: "Time training steps on random data, whole and layer by layer.")

    @Argument(
        help: "A job file whose model, width, batch size and threads are taken; with --input, a data set.")
    var spec: String?
    @Option(help: "alexnet, alexnet-single or torchvision.")
    var model: Model?
    @Option(name: .customLong("batch"), help: "Images per step.")
    var batchSize: Int?
    @Option(help: "fp32; other precisions need a GPU.")
    var precision: Plan.Precision = .fp32
    @Option(help: "Steps measured, after two that are not.")
    var steps = 5
    @Option(help: "Classes of the last layer.")
    var classes = 1000
    @Option(help: "Threads; all cores unless given.")
    var threads: Int?
    @Flag(help: "Time the input pipeline instead: images per second and core.")
    var input = false
    @Flag(help: "Also what statistics and event files cost, at the job's intervals, in epochs of 192 steps.")
    var curves = false
    @Flag(help: "One JSON object instead of a table.")
    var json = false

    func validate() throws {
        func check(_ value: Int?, _ range: ClosedRange<Int>, _ name: String) throws {
            guard let value, !range.contains(value) else { return }
            throw ValidationError("--\(name) is \(range.lowerBound) to \(range.upperBound)")
        }
        try check(steps, 1...1_000_000, "steps")
        try check(classes, 2...1_000_000, "classes")
        try check(batchSize, 1...65536, "batch")
        try check(threads, 1...1024, "threads")
        guard precision == .fp32 else { throw ValidationError("the CPU engine computes in fp32 only") }
    }

    func run() throws {
        if input { return try TimeInput.run(spec, json: json) }
        try Executable.becomeReadyForBLAS()
        let job: Job?
        do {
            job = try spec.map { try Job(FilePath($0), relativeTo: .current) }
        } catch {
            throw ArgumentParser.ExitCode.ending(error)
        }
        let plan = job?.plan
        let network = AlexNet.network(
            model ?? plan?.model ?? .alexnet, classes: classes, width: plan?.width ?? 1)
        let batch = Self.randomBatch(batchSize ?? plan?.batchSize ?? 128, network)
        let threads = threads ?? plan?.threads ?? ProcessInfo.processInfo.activeProcessorCount
        let engine = try CPUEngine(
            network: network, capacity: batch.capacity,
            normalization: Normalization(mean: SIMD3(repeating: 128), deviation: SIMD3(repeating: 58)),
            optimizer: Optimizer(method: .sgd, momentum: 0.9, weightDecay: 5e-4, biasDecay: 0), seed: 1,
            threads: threads)
        let weights = ParameterSet(network.parameters)
        for index in network.parameters.indices {
            Initializer.he.fill(weights[index], index, of: network, seed: 1)
        }
        engine.load(.parameters, from: weights)

        var seconds: [Double] = []
        for step in 0..<steps + 2 {
            if step == 2 { engine.timings = LayerTimings() }
            let clock = ContinuousClock.now
            _ = try engine.train(batch, StepSettings(step: step, learningRate: 1e-3))
            let duration = ContinuousClock.now - clock
            if step >= 2 { seconds.append(duration / .seconds(1)) }
        }
        var report = Report(network, batch.count, threads, seconds, engine.timings!, engine.fingerprint)
        if curves {
            engine.timings = nil
            report.curves = try curvesCost(job, engine, batch)
        }
        try print(report)
    }

    private static func randomBatch(_ count: Int, _ network: Network) -> Batch {
        let batch = Batch(capacity: count)
        var random = Philox(seed: 1, purpose: .syntheticImages)
        for i in 0..<count * Batch.bytesPerImage / 4 {
            UnsafeMutableRawPointer(batch.pixels).storeBytes(
                of: random.word(), toByteOffset: 4 * i, as: UInt32.self)
        }
        for slot in 0..<count {
            batch.labels[slot] = Int32(random.below(network.classes))
            batch.draws[slot] = .center(crop: network.input.height)
        }
        batch.count = count
        return batch
    }

    private func print(_ report: Report) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys]
            Swift.print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            Swift.print(report.table)
            if let curves = report.curves { Swift.print(curves.table) }
        }
    }
}

extension TimeCommand {
    /// What `--json` prints.
    struct Report: Encodable {
        struct Row: Encodable {
            var layer: String
            var forwardMs: Double
            var backwardMs: Double
            var updateMs: Double
        }

        var model: String
        var batch: Int
        var threads: Int
        var precision = "fp32"
        /// Median and best over the steps.
        var imagesPerS: Double
        var bestImagesPerS: Double
        /// Direct-convolution arithmetic of the median step.
        var gflopPerS: Double
        var kernels: String
        var blas: String
        var layers: [Row]
        /// When asked for.
        var curves: CurvesCost?

        init(
            _ network: Network, _ batch: Int, _ threads: Int, _ seconds: [Double], _ timings: LayerTimings,
            _ fingerprint: [String: String]
        ) {
            let sorted = seconds.sorted()
            func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
            func milliseconds(_ layer: String, _ phase: LayerTimings.Phase) -> Double {
                rounded(timings[layer, phase] * 1000 / Double(seconds.count))
            }
            let median = sorted[sorted.count / 2]
            (model, self.batch, self.threads) = (network.name, batch, threads)
            imagesPerS = rounded(Double(batch) / median)
            bestImagesPerS = rounded(Double(batch) / sorted[0])
            gflopPerS = rounded(Double(batch * network.trainingFLOPs) / median * 1e-9)
            kernels = fingerprint["kernels"] ?? ""
            blas = fingerprint["blas"] ?? ""
            layers = timings.layers.map {
                Row(
                    layer: $0, forwardMs: milliseconds($0, .forward), backwardMs: milliseconds($0, .backward),
                    updateMs: milliseconds($0, .update))
            }
        }

        var table: String {
            func cell(_ value: Double) -> String {
                value == 0 ? "        –" : String(format: "%9.1f", value)
            }
            let rows = layers.map {
                $0.layer.padding(toLength: 10, withPad: " ", startingAt: 0) + cell($0.forwardMs)
                    + cell($0.backwardMs) + cell($0.updateMs)
            }
            return """
                \(model), batch \(batch), \(threads) threads, \(precision); \(kernels); \(blas)
                layer       forward backward   update   (ms per step)
                \(rows.joined(separator: "\n"))
                \(imagesPerS) images/s (best \(bestImagesPerS)), \(gflopPerS) GFLOP/s
                """
        }
    }
}

extension Model: ExpressibleByArgument {}
extension Plan.Precision: ExpressibleByArgument {}
