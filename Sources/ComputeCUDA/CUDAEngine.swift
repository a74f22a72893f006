// The CUDA engine: a chain of operations over activations in device memory. A batch, or a piece of one, always runs at full
// size; how many of its images are real stands on the device. So everything has one shape: forward, backward and update are
// captured as a graph each and launched again. The host waits for the copy of its batch, and for results when it asks.

internal import CCUDA
package import Compute
package import Networks
package import SystemPackage

package final class CUDAEngine: Engine {
    package let network: Network
    package let capacity: Int
    package var timings: LayerTimings?
    package let fingerprint: [String: String]

    let optimizer: Optimizer
    let context: DeviceContext
    let buffers: EngineBuffers
    let update: DeviceUpdate
    let statistics: DeviceStatistics
    /// Images of every piece but the last.
    private let imagesPerPiece: Int
    private let program: DeviceProgram
    private let normalization: Normalization
    private let input: InputRing
    /// Of sets that are read into.
    let pins: HostPins
    private let results: ResultRing
    /// Of evaluations, which are waited for: steps under way keep theirs.
    private let evaluations: ResultRing
    private let graphs = (forward: StepGraph(), backward: StepGraph(), update: StepGraph())
    private var lastCount = 0

    /// - Parameters:
    ///   - capacity: images of the largest batch.
    ///   - seed: keys the dropout masks. Parameters start at zero: load them.
    ///   - device: one of the libraries' devices.
    ///   - cache: a folder for compiled kernels and chosen plans.
    /// - Throws: `CUDAError`; `.memory` says what is needed, what there is, and the largest batch that fits.
    package init(
        network: Network, capacity: Int, normalization: Normalization, optimizer: Optimizer, seed: UInt64,
        precision: Precision, device description: DeviceDescription, libraries: CUDALibraries, cache: FilePath
    ) throws {
        (self.network, self.capacity, self.optimizer) = (network, capacity, optimizer)
        self.normalization = normalization
        imagesPerPiece = optimizer.imagesPerPiece(capacity: capacity)
        let device = try Device(libraries.driver, description)
        let stream = try Stream(device)
        let compiler = try KernelCompiler(libraries.nvrtc, cache: BinaryCache(folder: cache))
        let kernels = try Kernels(device, compiler, floats: precision.elementBytes == 4)
        let plans = try PlanLibrary(
            libraries, try PlanCache(folder: cache, device: description), precision, on: stream)
        buffers = try EngineBuffers(
            network, capacity: capacity, images: imagesPerPiece, optimizer: optimizer, precision: precision,
            hasMeanImage: normalization.meanImage != nil)
        let arena = buffers.arena
        let rules = network.parameters.map { optimizer.rule(for: $0, of: network) }
        update = DeviceUpdate(optimizer, buffers.parameters, rules, in: arena)
        statistics = DeviceStatistics(
            buffers.parameters, update, activations: buffers.layout.tensors, in: arena)
        try MemoryCheck(
            network: network, optimizer: optimizer, precision: precision,
            hasMeanImage: normalization.meanImage != nil
        ).check(device, capacity: capacity)
        program = try OperationBuilder(
            device: device, compiler: compiler, network: network, buffers: buffers, rules: rules,
            precision: precision, seed: seed, plans: plans
        ).program()
        plans.releaseTrials()
        context = DeviceContext(
            stream: stream, kernels: kernels, step: buffers.input.packet,
            workspace: arena.reserve(bytes: plans.workspace, "the products' workspace"),
            partials: buffers.partials)
        try arena.allocate(on: stream)
        pins = HostPins(device)
        input = try InputRing(device, images: imagesPerPiece, buffers.input)
        results = try ResultRing(device, capacity: capacity, statisticsBytes: statistics.bytes)
        evaluations = try ResultRing(device, capacity: capacity, statisticsBytes: 0)
        fingerprint = [
            "device": "\(description.name) \(description.uuid)", "precision": precision.rawValue,
            "libraries": libraries.found.map { "\($0.name) \($0.version)" }.joined(separator: ", "),
            "plans": plans.choices,
        ]
        try update.prepare(context)
        if let image = normalization.meanImage, let place = buffers.meanImage {
            try stream.upload(image, to: place.address)
        }
        try stream.synchronize()
    }

    // MARK: - Steps

    package func begin(_ batch: Batch, _ settings: StepSettings) throws {
        try check(batch)
        let pieces = optimizer.pieces(of: batch, capacity: capacity)
        for (index, piece) in pieces.enumerated() {
            var step = device_step(batch, piece, settings)
            step.begins = index == 0 ? 1 : 0
            (step.first_correction, step.second_correction) = optimizer.corrections(afterSteps: settings.step)
            try forward(batch, piece, step, into: results)
            try run(graphs.backward) { [self] in
                try program.backward(context) { try measure(network.layers[$0].name, .backward, $1) }
                try update.addUp(context)
            }
        }
        lastCount = batch.count
        guard settings.detail > .none else {
            try results.close(count: batch.count, on: context.stream)
            return try applyUpdate()
        }
        let said = try statistics(
            to: results.statistics, distributions: settings.detail == .distributions,
            images: pieces.last?.count ?? 0, around: applyUpdate)
        try results.close(count: batch.count, on: context.stream, statistics: said)
    }

    package func results(waiting: Bool) throws -> [BatchResult] {
        try context.stream.device.makeCurrent()
        return try results.take(waiting: waiting)
    }

    package func evaluate(_ batch: Batch) throws -> BatchResult { try evaluate(batch, dropping: nil) }

    package func evaluate(_ batch: Batch, droppingAt step: Int) throws -> BatchResult {
        try evaluate(batch, dropping: step)
    }

    private func evaluate(_ batch: Batch, dropping step: Int?) throws -> BatchResult {
        try check(batch)
        for piece in optimizer.pieces(of: batch, capacity: capacity) {
            var values = device_step(batch, piece, StepSettings(step: step ?? 0, learningRate: 0))
            (values.drops, values.measures) = (step == nil ? 0 : 1, 0)
            try forward(batch, piece, values, into: evaluations)
        }
        lastCount = batch.count
        try evaluations.close(count: batch.count, on: context.stream)
        guard let result = try evaluations.take(waiting: true).last else {
            throw CUDAError(.fault, "an evaluation gave no result")
        }
        return result
    }

    private func forward(
        _ batch: Batch, _ piece: Range<Int>, _ step: device_step, into results: ResultRing
    ) throws {
        let (kernels, stream, layout) = (context.kernels, context.stream, buffers.layout)
        let scores = buffers.activations[network.layers.count].address
        let tensor = layout.tensors[network.layers.count]
        try input.advance(batch, piece, step, on: stream) {
            try measure("input", .forward) {
                try kernels.crop(
                    draws: input.draws, meanImage: buffers.meanImage?.address ?? 0,
                    device_normalization(normalization), to: buffers.activations[0].address,
                    layout.tensors[0], crop: (network.input.height, network.input.width),
                    Kernels.Arrangement(block: layout.block, padding: layout.padding), step: input.step,
                    on: stream)
            }
        }
        try run(graphs.forward) { [self] in
            try program.forward(context) { try measure(network.layers[$0].name, .forward, $1) }
            try kernels.loss(
                scores: scores, tensor, labels: input.labels, results: buffers.losses.address,
                gradient: program.scoreGradient, step: input.step, on: stream)
        }
        try kernels.scores(
            scores, tensor, to: buffers.scores.address + UInt64(4 * piece.lowerBound * network.classes),
            step: input.step, on: stream)
        try stream.copy(
            buffers.losses.address, to: try results.destination(first: piece.lowerBound),
            bytes: piece.count * MemoryLayout<device_result>.stride)
    }

    private func applyUpdate() throws {
        try run(graphs.update) { [self] in try measure("update", .update) { try update.apply(context) } }
    }

    /// As a graph, but while layers are timed.
    private func run(_ graph: StepGraph, _ enqueue: () throws -> Void) throws {
        if timings == nil { try graph.run(on: context.stream, enqueue) } else { try enqueue() }
    }

    package func keepSquares(_ count: Int) throws -> KeptSquares? {
        try context.stream.device.makeCurrent()
        return try input.keepSquares(count)
    }

    package func scores() throws -> [Float] {
        try context.stream.device.makeCurrent()
        return try context.stream.download(lastCount * network.classes, of: 0, from: buffers.scores.address)
    }

    // MARK: - Batches

    /// Whoever calls may do so from any thread, one at a time.
    private func check(_ batch: Batch) throws {
        try context.stream.device.makeCurrent()
        try batch.check(for: network, capacity: capacity)
    }

    /// While layers are timed, waits for each.
    private func measure(_ layer: String, _ phase: Phase, _ body: () throws -> Void) throws {
        guard timings != nil else { return try body() }
        try context.stream.synchronize()
        let start = ContinuousClock.now
        try body()
        try context.stream.synchronize()
        timings?.add(layer, phase, ContinuousClock.now - start)
    }
}

extension device_step {
    /// Of a piece of a batch in training.
    fileprivate init(_ batch: Batch, _ piece: Range<Int>, _ settings: StepSettings) {
        let step = UInt64(settings.step)
        self.init(
            count: Int32(piece.count), first: Int32(piece.lowerBound), weight: 1 / Float(batch.count),
            smoothing: settings.labelSmoothing, step_low: UInt32(truncatingIfNeeded: step),
            step_high: UInt32(truncatingIfNeeded: step >> 32), drops: 1, measures: 1, begins: 1,
            rate: settings.learningRate, first_correction: 1, second_correction: 1)
    }
}

extension device_normalization {
    fileprivate init(_ normalization: Normalization) {
        let (mean, deviation) = (normalization.mean, normalization.deviation)
        self.init(mean: (mean.x, mean.y, mean.z), deviation: (deviation.x, deviation.y, deviation.z))
    }
}
