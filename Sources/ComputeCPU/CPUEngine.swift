// The CPU engine: a chain of layer operations over activations in [image][height][width][channels], on all lanes. A batch
// goes through it whole or in pieces (CPUEngine+Pieces). Invariants: everything is allocated here, once; no result depends
// on the number of lanes; the order of every sum is fixed by shapes. Parameters, gradients and moments lie in one buffer
// each, at ParameterSet's offsets, with channels last inside each tensor.

internal import CKernels
package import Compute
package import Networks

package final class CPUEngine: Engine {
    package let network: Network
    package let capacity: Int
    package var timings: LayerTimings?

    let optimizer: Optimizer
    let workspace: Workspace
    /// One for each kind the optimiser keeps, and parameters and gradients.
    let state: [StateKind: FloatBuffer]
    let offsets: [Int]
    /// How each parameter learns.
    let rules: [Optimizer.ParameterRule]
    private let kernels: KernelPath
    private let precision: CPUPrecision
    private let normalization: Normalization
    let operations: [any LayerOperation]
    /// activations[i] is the input of layer i; the last holds the scores. In-place layers share one.
    let activations: [FloatBuffer]
    /// Images that there is room for in activations, errors and scratch.
    let imagesPerPiece: Int
    /// Of the pieces so far; only where there are several.
    let gradientSum: FloatBuffer?
    /// Of the last batch.
    let batchScores: FloatBuffer
    private let errors: (FloatBuffer, FloatBuffer)
    private let scratch: [FloatBuffer]
    private var results: [loss_result]
    private var lastCount = 0
    /// Of the steps whose results have not been asked for.
    private var finished: [BatchResult] = []

    /// - Parameters:
    ///   - capacity: images of the largest batch.
    ///   - threads: lanes; results are the same for any number.
    ///   - seed: keys the dropout masks. Parameters start at zero: load them.
    ///   - kernels: the environment's choice, or the best that this CPU has, unless given.
    /// - Throws: also where this CPU has not the precision.
    package init(
        network: Network, capacity: Int, normalization: Normalization, optimizer: Optimizer, seed: UInt64,
        threads: Int, kernels: KernelPath? = nil, precision: CPUPrecision = .fp32
    ) throws {
        BLAS.useOneThread()
        self.network = network
        self.capacity = capacity
        self.kernels = try kernels ?? .chosen()
        self.precision = precision
        let set = try self.kernels.kernels(for: precision)
        self.normalization = normalization
        self.optimizer = optimizer
        var total = 0
        offsets = network.parameters.map { parameter in
            defer { total += parameter.count }
            return total
        }
        rules = network.parameters.map { optimizer.rule(for: $0, of: network) }
        var state: [StateKind: FloatBuffer] = [:]
        for kind in [.parameters, .gradients] + optimizer.state { state[kind] = try FloatBuffer(total) }
        self.state = state
        gradientSum = optimizer.accumulation > 1 ? try FloatBuffer(total) : nil
        imagesPerPiece = optimizer.imagesPerPiece(capacity: capacity)
        operations = try OperationBuilder(
            network: network, capacity: imagesPerPiece, seed: seed, kernels: set,
            state: Self.whole(state), offsets: offsets
        ).operations()

        var activations = [try FloatBuffer(imagesPerPiece * network.input.count)]
        for (layer, operation) in zip(network.layers, operations) {
            activations.append(
                operation.isInPlace
                    ? activations.last! : try FloatBuffer(imagesPerPiece * layer.output.count))
        }
        self.activations = activations
        batchScores = try FloatBuffer(capacity * network.classes)
        let largest = network.layers.map { max($0.input.count, $0.output.count) }.max() ?? network.input.count
        errors = (try FloatBuffer(imagesPerPiece * largest), try FloatBuffer(imagesPerPiece * largest))

        let lanes = try Lanes(threads)
        let scratchCount = Self.scratchCount(operations, optimizer)
        scratch = try (0..<lanes.count).map { _ in try FloatBuffer(scratchCount) }
        partials = try FloatBuffer(operations.map(\.partialsCount).max() ?? 0)
        workspace = Workspace(lanes: lanes, scratch: scratch.map(\.pointer), partials: partials.pointer)
        results = Array(repeating: loss_result(), count: capacity)
    }

    private let partials: FloatBuffer

    package var fingerprint: [String: String] {
        let path = kernels.rawValue + (precision == .bf16 ? " with bf16 products" : "")
        return [
            "device": "cpu", "kernels": "\(path), \(String(cString: kernel_path()))",
            "blas": "\(BLAS.version) \(BLAS.core)",
        ]
    }

    /// Done when it returns.
    package func begin(_ batch: Batch, _ settings: StepSettings) throws {
        finished.append(try step(batch, settings))
    }

    package func results(waiting: Bool) -> [BatchResult] {
        defer { finished = [] }
        return finished
    }

    private func step(_ batch: Batch, _ settings: StepSettings) throws -> BatchResult {
        try batch.check(for: network, capacity: capacity)
        let pieces = optimizer.pieces(of: batch, capacity: capacity)
        let isFused = settings.detail == .none && pieces.count == 1 && !optimizer.needsNorms
        for (index, piece) in pieces.enumerated() {
            let pass = Pass(count: piece.count, first: piece.lowerBound, training: true, step: settings.step)
            forward(batch, pass)
            loss(batch, pass, smoothing: settings.labelSmoothing)
            backward(pass, updating: isFused ? settings : nil)
            addUpGradients(of: index, of: pieces.count)
        }
        var result = result(of: batch)
        guard settings.detail > .none else {
            update(settings, fused: isFused)
            return result
        }
        var statistics = StepStatistics()
        measure("statistics", .update) {
            statistics.gradients = moments(of: .gradients)
            if settings.detail == .distributions {
                statistics.distributions = .init()
                statistics.distributions?.gradients = distributions(of: .gradients, statistics.gradients)
                statistics.distributions?.activations = activationDistributions(pieces.last?.count ?? 0)
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

    package func evaluate(_ batch: Batch) throws -> BatchResult { try evaluate(batch, dropping: nil) }

    package func evaluate(_ batch: Batch, droppingAt step: Int) throws -> BatchResult {
        try evaluate(batch, dropping: step)
    }

    private func evaluate(_ batch: Batch, dropping step: Int?) throws -> BatchResult {
        try batch.check(for: network, capacity: capacity)
        for piece in optimizer.pieces(of: batch, capacity: capacity) {
            let pass = Pass(
                count: piece.count, first: piece.lowerBound, training: false, step: step ?? 0,
                drops: step != nil)
            forward(batch, pass)
            loss(batch, pass, smoothing: 0)
        }
        return result(of: batch)
    }

    package func scores() -> [Float] {
        Array(UnsafeBufferPointer(start: batchScores.pointer, count: lastCount * network.classes))
    }

    // MARK: - One pass

    private func forward(_ batch: Batch, _ pass: Pass) {
        measure("input", .forward) { crop(batch, pass) }
        for (index, operation) in operations.enumerated() {
            measure(network.layers[index].name, .forward) {
                operation.forward(
                    x: activations[index].pointer, y: activations[index + 1].pointer,
                    layerPass(index, pass), workspace)
            }
        }
        keepScores(pass)
    }

    /// Errors move between two buffers; in-place layers leave them where they are. They go back to the lowest layer that
    /// learns.
    /// - Parameter settings: of the update that layers may do themselves.
    private func backward(_ pass: Pass, updating settings: StepSettings?) {
        let first = Optimizer.lowestLearner(of: network, rules)
        var (dy, dx) = (errors.0.pointer, errors.1.pointer)
        for (index, operation) in operations.enumerated().reversed() where index >= first {
            measure(network.layers[index].name, .backward) {
                operation.backward(
                    x: activations[index].pointer, y: activations[index + 1].pointer, dy: dy,
                    dx: operation.isInPlace ? dy : index > first ? dx : nil,
                    layerPass(index, pass, updating: settings), workspace)
            }
            if !operation.isInPlace { swap(&dy, &dx) }
        }
    }

    private func crop(_ batch: Batch, _ pass: Pass) {
        let shape = network.input
        let (mean, deviation) = (normalization.mean, normalization.deviation)
        workspace.lanes.run(pass.count) { place, _ in
            let slot = pass.first + place
            let (draw, square) = (batch.draws[slot], batch.image(slot))
            let (flip, color) = (Int32(draw.flip ? 1 : 0), [draw.color.x, draw.color.y, draw.color.z])
            let divisor = [deviation.x, deviation.y, deviation.z]
            let crop = activations[0].pointer + place * shape.count
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

    /// Softmax cross-entropy of the scores; in training the gradient of its mean over the batch into the first error buffer.
    private func loss(_ batch: Batch, _ pass: Pass, smoothing: Float) {
        let classes = network.classes
        let (scores, gradients) = (activations.last!.pointer, errors.0.pointer)
        let weight = 1 / Float(batch.count)
        results.withUnsafeMutableBufferPointer { results in
            let results = results.baseAddress!
            workspace.lanes.run(over: pass.count, by: 16) { range, _ in
                for image in range {
                    let slot = pass.first + image
                    results[slot] = loss_softmax(
                        scores + image * classes, Int32(classes), batch.labels[slot], smoothing, weight,
                        pass.training ? gradients + image * classes : nil)
                }
            }
        }
    }

    /// What the losses of all slots come to.
    private func result(of batch: Batch) -> BatchResult {
        lastCount = batch.count
        var total = BatchResult()
        for result in results[..<batch.count] { total.add(loss: result.loss, rank: Int(result.rank)) }
        return total
    }

    func measure(_ layer: String, _ phase: Phase, _ body: () -> Void) {
        guard timings != nil else { return body() }
        let seconds = ContinuousClock().measure(body)
        timings?.add(layer, phase, seconds)
    }
}
