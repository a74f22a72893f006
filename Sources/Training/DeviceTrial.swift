// A GPU is believed once it has computed what the CPU computes: a step of the job's own network on a few images, with the
// very kernels and plans that the job will use. Done once for each device, set of libraries, choice of plans and network;
// what has passed is noted in the cache folder. Nobody's week of training depends on a library that is subtly wrong.

internal import Compute
internal import ComputeCUDA
internal import Files
internal import Foundation
internal import Jobs
internal import Networks
internal import SystemPackage

struct DeviceTrial {
    private let engine: any Engine
    private let plan: Plan
    private let normalization: Compute.Normalization
    private let passed: FilePath

    private static let images = 8

    /// How far the loss may lie off, relative to the CPU's, and the gradient of each weight, as the root of mean squares
    /// relative to the CPU's. Where rounding makes a ReLU or a maximum decide otherwise, gradients jump: between PyTorch in
    /// fp32 and in fp64 they differ by up to 0.006 on such a network. What is wired wrongly differs by 1 and more.
    private static func bounds(_ precision: Plan.Precision) -> (loss: Double, gradient: Double) {
        switch precision {
        case .fp32: (1e-3, 0.1)
        case .tf32: (1e-2, 0.4)
        case .bf16: (3e-2, 0.5)
        }
    }

    /// - Parameters:
    ///   - engine: on a GPU; its moments are zero afterwards, its parameters are to be loaded.
    ///   - cache: where it is noted what has passed.
    init(_ engine: any Engine, _ plan: Plan, _ normalization: Compute.Normalization, cache: FilePath) {
        (self.engine, self.plan, self.normalization) = (engine, plan, normalization)
        passed = cache.appending("trusted-gpus.json")
    }

    /// - Throws: `CUDAError` `.refused` where the GPU computes something else.
    func run() throws {
        let key = key
        let noted = (try? passed.contentsIfPresent()) ?? nil
        let known = noted.flatMap { try? JSONDecoder().decode([String].self, from: $0) } ?? []
        guard !known.contains(key) else { return }
        try compare()
        // As before the first step.
        let zeros = ParameterSet(engine.network.parameters)
        for kind in plan.engineOptimizer.state { try engine.load(kind, from: zeros) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .prettyPrinted
        // A cache that cannot be written costs the next start a second.
        try? passed.removingLastComponent().makeFolder()
        try? passed.replaceContents(
            with: try encoder.encode(known + [key]), writers: .several, durable: false)
    }

    /// All that decides what it computes.
    private var key: String {
        let numerics = engine.fingerprint.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return ([Version.text, "\(engine.network.inWords), batch \(engine.capacity)"] + numerics)
            .joined(separator: "\n")
    }

    private func compare() throws {
        let network = engine.network
        var optimizer = plan.engineOptimizer
        // One piece for both: batch normalisation sees no more than that.
        let count = min(Self.images, optimizer.imagesPerPiece(capacity: engine.capacity))
        optimizer.accumulation = 1
        let cpu = try EngineChoice.cpu(threads: plan.threads).engine(
            network, capacity: count, normalization, optimizer, seed: plan.seed)
        let weights = ParameterSet(network.parameters)
        for index in network.parameters.indices {
            Initializer.he.fill(weights[index], index, of: network, seed: plan.seed)
        }
        let batch = Batch.noise(count, for: network)
        let settings = StepSettings(step: 0, learningRate: 1e-3, detail: .moments)
        var results: [(loss: Double, gradients: ParameterSet)] = []
        for engine in [cpu, engine] {
            try engine.load(.parameters, from: weights)
            let result = try engine.train(batch, settings)
            let gradients = ParameterSet(network.parameters)
            try engine.read(.gradients, into: gradients)
            results.append((result.loss / Double(result.count), gradients))
        }
        let (right, ours) = (results[0], results[1])
        let bounds = Self.bounds(plan.precision)
        guard abs(ours.loss - right.loss) <= bounds.loss * max(1, abs(right.loss)) else {
            throw distrust("a loss of \(ours.loss) instead of \(right.loss)")
        }
        for (index, parameter) in network.parameters.enumerated() where parameter.role == .weight {
            let off = Self.difference(ours.gradients[index], right.gradients[index])
            guard off <= bounds.gradient else {
                throw distrust("a gradient of \(parameter.name) that is off by \(off) of its size")
            }
        }
    }

    private func distrust(_ what: String) -> CUDAError {
        CUDAError(
            .refused,
            """
            \(engine.fingerprint["device"] ?? "the GPU") does not compute what the CPU computes: in \
            \(plan.precision.rawValue) it gave \(what). Try precision: fp32, other versions of the driver and of cuDNN, or \
            device: cpu; and report it with what alexnetd doctor says
            """)
    }

    private static func difference(
        _ a: UnsafeMutableBufferPointer<Float>, _ b: UnsafeMutableBufferPointer<Float>
    ) -> Double {
        var (difference, size) = (0.0, 0.0)
        for index in a.indices {
            let off = Double(a[index]) - Double(b[index])
            difference += off * off
            size += Double(b[index]) * Double(b[index])
        }
        if size == 0 { return difference == 0 ? 0 : .infinity }
        return difference.isFinite ? (difference / size).squareRoot() : .infinity
    }
}

extension Network {
    /// In words, the same in every process.
    fileprivate var inWords: String {
        "\(name): " + layers.map { "\($0.operation) \($0.output)" }.joined(separator: ", ")
    }
}
