// The CPU engine: a chain of layer operations over activations in [image][height][width][channels], on all lanes.
// Invariants: everything is allocated here, once; no result depends on the number of lanes; the order of every sum is
// fixed by shapes. Parameters, gradients and moments lie in one buffer each, at ParameterSet's offsets, with channels
// last inside each tensor.

internal import CKernels
package import Compute
internal import Glibc
package import Networks
internal import Randomness

package final class CPUEngine: Engine {
    package let network: Network
    package let capacity: Int
    package var timings: LayerTimings?

    let optimizer: Optimizer
    let workspace: Workspace
    /// One for each kind the optimiser keeps, and parameters and gradients.
    let state: [StateKind: FloatBuffer]
    let offsets: [Int]
    private let kernels: KernelPath
    private let normalization: Normalization
    let operations: [any LayerOperation]
    /// activations[i] is the input of layer i; the last holds the scores. In-place layers share one.
    let activations: [FloatBuffer]
    private let errors: (FloatBuffer, FloatBuffer)
    private let scratch: [FloatBuffer]
    private var results: [loss_result]
    private var lastCount = 0

    /// - Parameters:
    ///   - capacity: images of the largest batch.
    ///   - threads: lanes; results are the same for any number.
    ///   - seed: keys the dropout masks. Parameters start at zero: load them.
    ///   - kernels: the environment's choice, or the best that this CPU has, unless given.
    package init(
        network: Network, capacity: Int, normalization: Normalization, optimizer: Optimizer, seed: UInt64,
        threads: Int, kernels: KernelPath? = nil
    ) throws {
        BLAS.useOneThread()
        self.network = network
        self.capacity = capacity
        self.kernels = try kernels ?? .chosen()
        self.normalization = normalization
        self.optimizer = optimizer
        var total = 0
        offsets = network.parameters.map { parameter in
            defer { total += parameter.count }
            return total
        }
        var state: [StateKind: FloatBuffer] = [:]
        for kind in [.parameters, .gradients] + optimizer.state { state[kind] = try FloatBuffer(total) }
        self.state = state
        operations = try OperationBuilder(
            network: network, capacity: capacity, seed: seed, kernels: self.kernels.kernels,
            state: Self.whole(state), offsets: offsets
        ).operations()

        var activations = [try FloatBuffer(capacity * network.input.count)]
        for (layer, operation) in zip(network.layers, operations) {
            activations.append(
                operation.isInPlace ? activations.last! : try FloatBuffer(capacity * layer.output.count))
        }
        self.activations = activations
        let largest = network.layers.map { max($0.input.count, $0.output.count) }.max() ?? network.input.count
        errors = (try FloatBuffer(capacity * largest), try FloatBuffer(capacity * largest))

        let lanes = try Lanes(threads)
        let scratchCount = operations.map(\.scratchCount).max() ?? 0
        scratch = try (0..<lanes.count).map { _ in try FloatBuffer(scratchCount) }
        partials = try FloatBuffer(operations.map(\.partialsCount).max() ?? 0)
        workspace = Workspace(lanes: lanes, scratch: scratch.map(\.pointer), partials: partials.pointer)
        results = Array(repeating: loss_result(), count: capacity)
    }

    private let partials: FloatBuffer

    package var fingerprint: [String: String] {
        [
            "device": "cpu", "kernels": "\(kernels.rawValue), \(String(cString: kernel_path()))",
            "blas": "\(BLAS.version) \(BLAS.core)",
        ]
    }

    package func train(_ batch: Batch, _ settings: StepSettings) throws -> BatchResult {
        var pass = Pass(count: batch.count, training: true, step: settings.step)
        if settings.detail == .none { pass.weightUpdate = ParameterUpdate(optimizer, settings, .weight) }
        try forward(batch, pass)
        var result = loss(batch, weight: 1 / Float(batch.count))
        backward(pass)
        guard settings.detail > .none else {
            update(settings, fused: true)
            return result
        }
        var statistics = StepStatistics()
        measure("statistics", .update) {
            statistics.gradients = moments(of: .gradients)
            if settings.detail == .distributions {
                statistics.distributions = .init()
                statistics.distributions?.gradients = distributions(of: .gradients, statistics.gradients)
                statistics.distributions?.activations = activationDistributions(batch.count)
            }
        }
        statistics.updates = measuredUpdate(settings)
        measure("statistics", .update) {
            statistics.weights = moments(of: .parameters)
            statistics.distributions?.weights = distributions(of: .parameters, statistics.weights)
        }
        result.statistics = statistics
        return result
    }

    package func evaluate(_ batch: Batch) throws -> BatchResult {
        try forward(batch, Pass(count: batch.count, training: false, step: 0))
        return loss(batch, weight: nil)
    }

    package func evaluate(_ batch: Batch, droppingAt step: Int) throws -> BatchResult {
        try forward(batch, Pass(count: batch.count, training: false, step: step, drops: true))
        return loss(batch, weight: nil)
    }

    package func scores() -> [Float] {
        Array(UnsafeBufferPointer(start: activations.last!.pointer, count: lastCount * network.classes))
    }

    // MARK: - One pass

    private func forward(_ batch: Batch, _ pass: Pass) throws {
        try check(batch)
        lastCount = batch.count
        measure("input", .forward) { crop(batch) }
        for (index, operation) in operations.enumerated() {
            measure(network.layers[index].name, .forward) {
                operation.forward(
                    x: activations[index].pointer, y: activations[index + 1].pointer, pass, workspace)
            }
        }
    }

    /// Errors move between two buffers; in-place layers leave them where they are.
    private func backward(_ pass: Pass) {
        let first = network.parameters.first?.layer ?? 0
        var (dy, dx) = (errors.0.pointer, errors.1.pointer)
        for (index, operation) in operations.enumerated().reversed() where index >= first {
            measure(network.layers[index].name, .backward) {
                operation.backward(
                    x: activations[index].pointer, y: activations[index + 1].pointer, dy: dy,
                    dx: operation.isInPlace ? dy : index > first ? dx : nil, pass, workspace)
            }
            if !operation.isInPlace { swap(&dy, &dx) }
        }
    }

    private func crop(_ batch: Batch) {
        let shape = network.input
        let (mean, deviation) = (normalization.mean, normalization.deviation)
        workspace.lanes.run(batch.count) { slot, _ in
            let (draw, square) = (batch.draws[slot], batch.image(slot))
            let (flip, color) = (Int32(draw.flip ? 1 : 0), [draw.color.x, draw.color.y, draw.color.z])
            let divisor = [deviation.x, deviation.y, deviation.z]
            let crop = activations[0].pointer + slot * shape.count
            let (side, height, width) = (Int32(Batch.side), Int32(shape.height), Int32(shape.width))
            if let image = normalization.meanImage {
                input_crop_less_image(
                    square, side, draw.top, draw.left, flip, color, image, divisor, crop, height, width)
            } else {
                input_crop(
                    square, side, draw.top, draw.left, flip, color, [mean.x, mean.y, mean.z], divisor, crop,
                    height, width)
            }
        }
    }

    /// Softmax cross-entropy of the scores, and its gradient times `weight` into the first error buffer.
    private func loss(_ batch: Batch, weight: Float?) -> BatchResult {
        let classes = network.classes
        let (scores, gradients) = (activations.last!.pointer, errors.0.pointer)
        results.withUnsafeMutableBufferPointer { results in
            let results = results.baseAddress!
            workspace.lanes.run(over: batch.count, by: 16) { range, _ in
                for slot in range {
                    results[slot] = loss_softmax(
                        scores + slot * classes, Int32(classes), batch.labels[slot], weight ?? 0,
                        weight == nil ? nil : gradients + slot * classes)
                }
            }
        }
        var total = BatchResult()
        total.count = batch.count
        for result in results[..<batch.count] {
            total.loss += result.loss
            total.top1Errors += result.rank < 1 ? 0 : 1
            total.top5Errors += result.rank < 5 ? 0 : 1
        }
        return total
    }

    private func check(_ batch: Batch) throws {
        guard 1...capacity ~= batch.count else {
            throw CPUError(
                code: .batch,
                message: "a batch of \(batch.count) images for an engine that takes 1 to \(capacity)")
        }
        let limit = Int32(Batch.side - network.input.height)
        for slot in 0..<batch.count {
            let (label, draw) = (batch.labels[slot], batch.draws[slot])
            guard 0..<Int32(network.classes) ~= label, 0...limit ~= draw.top, 0...limit ~= draw.left else {
                throw CPUError(
                    code: .batch,
                    message: """
                        sample \(slot): label \(label) of \(network.classes) classes, crop at \(draw.top), \
                        \(draw.left): outside
                        """)
            }
        }
    }

    func measure(_ layer: String, _ phase: LayerTimings.Phase, _ body: () -> Void) {
        guard timings != nil else { return body() }
        let seconds = ContinuousClock().measure(body)
        timings?.add(layer, phase, seconds)
    }
}
