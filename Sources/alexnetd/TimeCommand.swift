// `alexnetd time`: how long a training step takes here, layer by layer, on random data.

import ArgumentParser
import Compute
import ComputeCPU
import Foundation
import Jobs
import Networks
import SystemPackage
import Training

struct TimeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time", abstract: "Time training steps on random data, whole and layer by layer.")

    @Argument(
        help:
            "A job file whose model, width, batch size, accumulate and threads are taken; with --input, a data set."
    )
    var spec: String?
    @Option(help: "alexnet, alexnet-single, alexnet-bn or torchvision.")
    var model: Model?
    @Option(name: .customLong("batch"), help: "Images per step.")
    var batchSize: Int?
    @Option(help: "Steps measured, after two that are not.")
    var steps = 5
    @Option(help: "Classes of the last layer.")
    var classes = 1000
    @OptionGroup var root: RootOptions
    @OptionGroup var device: DeviceOptions
    @Flag(help: "Time the input pipeline instead: images per second and core.")
    var input = false
    @Flag(help: "Evaluation instead of training: the forward pass alone.")
    var evaluate = false
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
    }

    func run() throws {
        do {
            if input { return try TimeInput.run(spec, json: json) }
            try Executable.becomeReadyForBLAS()
            try measure(try spec.map { try Job(FilePath($0), relativeTo: .current) })
        } catch {
            throw ArgumentParser.ExitCode.orOwn(error)
        }
    }

    private func measure(_ job: Job?) throws {
        let plan = job?.plan
        let network = AlexNet.network(
            model ?? plan?.model ?? .alexnet, classes: classes, width: plan?.width ?? 1)
        let batch = Batch.noise(batchSize ?? plan?.batchSize ?? 128, for: network)
        var choice = try device.choice(root.folder)
        choice.threads = device.threads ?? plan?.threads ?? choice.threads
        let engine = try choice.engine(
            network, capacity: batch.capacity,
            Normalization(mean: SIMD3(repeating: 128), deviation: SIMD3(repeating: 58)),
            Optimizer(
                method: .sgd, momentum: 0.9, weightDecay: 5e-4, biasDecay: 0,
                accumulation: min(plan?.accumulate ?? 1, batch.capacity)), seed: 1)
        let weights = ParameterSet(network.parameters)
        for index in network.parameters.indices {
            Initializer.he.fill(weights[index], index, of: network, seed: 1)
        }
        try engine.load(.parameters, from: weights)

        let seconds = choice.device == .cpu ? try timed(engine, batch) : try timedOnDevice(engine, batch)
        var report = TimeReport(
            network, batch: batch.count, choice, training: !evaluate, seconds: seconds,
            timings: engine.timings!, fingerprint: engine.fingerprint,
            sgemm: choice.device == .cpu ? try MatrixRate.sgemm(threads: choice.threads) : nil)
        if curves {
            engine.timings = nil
            report.curves = try curvesCost(job, engine, batch)
        }
        try print(report)
    }

    /// Seconds of each step, and the layers' in the same steps.
    private func timed(_ engine: any Engine, _ batch: Batch) throws -> [Double] {
        try (0..<steps + 2).map { step in
            if step == 2 { engine.timings = LayerTimings() }
            let clock = ContinuousClock.now
            _ =
                evaluate
                ? try engine.evaluate(batch)
                : try engine.train(batch, StepSettings(step: step, learningRate: 1e-3))
            return (ContinuousClock.now - clock) / .seconds(1)
        }.suffix(steps)
    }

    /// A device is given its next step before it is done with the last: seconds are those of all steps, shared out. Timing
    /// layers means waiting for each, in steps of their own.
    private func timedOnDevice(_ engine: any Engine, _ batch: Batch) throws -> [Double] {
        func run(_ count: Int) throws {
            for step in 0..<count {
                if evaluate {
                    _ = try engine.evaluate(batch)
                } else {
                    try engine.begin(batch, StepSettings(step: step, learningRate: 1e-3))
                }
            }
            _ = try engine.results(waiting: true)
        }
        try run(3)
        let clock = ContinuousClock.now
        try run(steps)
        let each = (ContinuousClock.now - clock) / .seconds(1) / Double(steps)
        engine.timings = LayerTimings()
        try run(steps)
        return Array(repeating: each, count: steps)
    }

    private func print(_ report: TimeReport) throws {
        if json { return try Output.write(JSONText.of(report) + "\n") }
        try Output.write(report.table + "\n")
        if let curves = report.curves { try Output.write(curves.table + "\n") }
    }
}

extension Model: ExpressibleByArgument {}
