// Y = X W + b on our own micro-kernels, with the update of W inside the backward pass: W and its moments are most of a
// step's memory traffic, and pass through the caches once for dX, dW and the update together. dW is written out only where
// something asks for it; the bits are the same.
//
//   forward    for each block of outputs: Y = X W
//   backward   for each block of inputs:  dXᵀ = W dYᵀ, dW = Xᵀ dY tile by tile, each tile then updates its weights
//
// W is (inputs × outputs) in panels of 16 outputs, the last one narrower where they do not divide (panels.h); the narrow
// one is widened into `lastPanel` when it has changed, so that the kernels see whole panels.

internal import CKernels
internal import Networks

final class PanelLinear: LayerOperation {
    private static let width = 16
    /// Panels of outputs per forward task.
    private static let panelsPerTask = 4
    /// Inputs per product: X's and W's blocks of 256 lie in the second-level cache.
    private static let depth = 256
    /// Inputs per backward task. W's block of 64 rows is 1 MiB at 4096 outputs.
    private static let inputsPerTask = 64
    /// Panels of outputs per tile of dW.
    private static let panelsPerTile = 2

    private let kernels: matrix_kernels
    private let capacity: Int
    private let inputs: Int
    private let outputs: Int
    private let relu: Bool
    private let weights: OptimizerState
    private let bias: Floats
    private let biasGradient: Floats
    private let lastPanel: FloatBuffer
    private var lastPanelIsCurrent = false

    /// - Parameters:
    ///   - relu: whether the next layer is a ReLU, which is then done here.
    ///   - state: of this layer.
    init(_ layer: Layer, kernels: kernel_set, capacity: Int, relu: Bool, state: OptimizerState) throws {
        (inputs, outputs, self.relu) = (layer.input.count, layer.output.count, relu)
        (self.kernels, self.capacity) = (kernels.matrix, capacity)
        weights = state
        (bias, biasGradient) = (state.parameters + inputs * outputs, state.gradients + inputs * outputs)
        lastPanel = try FloatBuffer(outputs % Self.width == 0 ? 0 : inputs * Self.width)
    }

    private var panelCount: Int { (outputs + Self.width - 1) / Self.width }
    private var panelSize: Int { inputs * Self.width }
    private var wholePanels: Int { outputs / Self.width }
    private func columns(_ panel: Int) -> Int { min(Self.width, outputs - panel * Self.width) }

    /// A matrix of this many rows.
    private func panels(_ start: Floats, _ rows: Int) -> matrix {
        matrix(at: start, chunk: rows * Self.width)
    }

    private func roundedUp(_ count: Int) -> Int { (count + Self.width - 1) / Self.width * Self.width }

    var ownCount: Int { lastPanel.count }
    /// A block of Y, or of dXᵀ and a tile of dW with its narrow copy.
    var scratchCount: Int {
        let rows = roundedUp(capacity)
        return max(
            rows * Self.panelsPerTask * Self.width,
            Self.inputsPerTask * (rows + (Self.panelsPerTile + 1) * Self.width))
    }
    /// X, dY and dYᵀ in panels.
    var partialsCount: Int {
        capacity * (roundedUp(inputs) + panelCount * Self.width) + outputs * roundedUp(capacity)
    }

    var updatesItsWeights: Bool { true }
    var weightsLieInPanels: Bool { true }

    // MARK: - Forward

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        let packed = workspace.partials
        pack(x, columns: inputs, rows: pass.count, into: packed, workspace)
        widenLastPanel()
        workspace.lanes.run(over: panelCount, by: Self.panelsPerTask) { range, lane in
            let block = workspace.scratch[lane]
            multiply(packed, range, pass.count, into: block)
            for (place, panel) in range.enumerated() {
                let first = panel * Self.width
                panels_unpack(
                    block + place * pass.count * Self.width, pass.count, Int32(columns(panel)), bias + first,
                    relu ? 1 : 0, y + first, outputs)
            }
        }
    }

    /// block = X W of some panels of outputs.
    private func multiply(_ x: Floats, _ range: Range<Int>, _ rows: Int, into block: Floats) {
        let whole = range.clamped(to: 0..<wholePanels)
        for from in stride(from: 0, to: inputs, by: Self.depth) {
            let depth = min(Self.depth, inputs - from)
            func multiply(_ w: Floats, _ count: Int, _ place: Int) {
                kernels.product(
                    Int32(rows), Int32(count), depth, panels(x + from * rows, rows),
                    panels(w + from * Self.width, inputs), panels(block + place * rows * Self.width, rows),
                    from > 0 ? 1 : 0, nil)
            }
            if !whole.isEmpty {
                multiply(weights.parameters + whole.lowerBound * panelSize, whole.count, 0)
            }
            if range.upperBound > wholePanels { multiply(lastPanel.pointer, 1, whole.count) }
        }
    }

    func parametersChanged() { lastPanelIsCurrent = false }

    private func widenLastPanel() {
        guard wholePanels < panelCount, !lastPanelIsCurrent else { return }
        lastPanelIsCurrent = true
        panels_widen(
            weights.parameters + wholePanels * panelSize, inputs, Int32(columns(wholePanels)),
            lastPanel.pointer)
    }

    private func pack(_ matrix: Floats, columns: Int, rows: Int, into packed: Floats, _ workspace: Workspace)
    {
        workspace.lanes.run(over: columns, by: Self.width) { range, _ in
            panels_pack(
                matrix + range.lowerBound, columns, rows, Int32(range.count), packed + range.lowerBound * rows
            )
        }
    }

    // MARK: - Backward

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        let rows = pass.count
        let packedX = workspace.partials
        let packedDY = packedX + rows * roundedUp(inputs)
        let transposedDY = packedDY + rows * panelCount * Self.width
        if !pass.isFrozen {
            pack(x, columns: inputs, rows: rows, into: packedX, workspace)
            pack(dy, columns: outputs, rows: rows, into: packedDY, workspace)
        }
        workspace.lanes.run(over: rows, by: Self.width) { range, _ in
            panels_pack_transposed(
                dy + range.lowerBound * outputs, outputs, outputs, Int32(range.count),
                transposedDY + range.lowerBound * outputs)
        }
        workspace.lanes.run(over: inputs, by: Self.inputsPerTask) { range, lane in
            if let dx {
                inputGradient(transposedDY, range, rows, into: workspace.scratch[lane])
                for first in stride(from: 0, to: rows, by: Self.width) {
                    panels_unpack_transposed(
                        workspace.scratch[lane] + first * range.count, range.count,
                        Int32(min(Self.width, rows - first)), dx + first * inputs + range.lowerBound, inputs)
                }
            }
            if !pass.isFrozen {
                weightGradient(packedX, packedDY, range, pass, workspace.scratch[lane])
            }
        }
        if pass.isFrozen { return }
        bias_backward(dy, biasGradient, rows, Int32(outputs), 0)
    }

    /// block = W dYᵀ of some inputs: [rows / 16][inputs][16].
    private func inputGradient(_ dy: Floats, _ range: Range<Int>, _ rows: Int, into block: Floats) {
        let first = range.lowerBound * Self.width
        func multiply(_ w: Floats, _ from: Int, _ depth: Int) {
            kernels.product(
                Int32(range.count), Int32(roundedUp(rows) / Self.width), depth, panels(w + first, inputs),
                panels(dy + from * Self.width, outputs), panels(block, range.count), from > 0 ? 1 : 0, nil)
        }
        for from in stride(from: 0, to: wholePanels * Self.width, by: Self.depth) {
            let depth = min(Self.depth, wholePanels * Self.width - from)
            multiply(weights.parameters + from * inputs, from, depth)
        }
        if wholePanels < panelCount {
            multiply(lastPanel.pointer, wholePanels * Self.width, columns(wholePanels))
        }
    }

    /// dW of some inputs, tile by tile, into the weights or written out.
    private func weightGradient(
        _ x: Floats, _ dy: Floats, _ range: Range<Int>, _ pass: Pass, _ tile: Floats
    ) {
        let height = range.count
        let rounded = roundedUp(height)
        let narrow = tile + Self.panelsPerTile * rounded * Self.width
        for first in stride(from: 0, to: panelCount, by: Self.panelsPerTile) {
            let count = min(Self.panelsPerTile, panelCount - first)
            kernels.transposed_product(
                Int32(rounded / Self.width), Int32(count), pass.count,
                panels(x + range.lowerBound * pass.count, pass.count),
                panels(dy + first * pass.count * Self.width, pass.count), panels(tile, rounded), 0)
            for panel in first..<first + count {
                var gradient = tile + (panel - first) * rounded * Self.width
                let columns = columns(panel)
                if columns < Self.width {
                    panels_narrow(gradient, height, Int32(columns), narrow)
                    gradient = narrow
                }
                let place = panel * panelSize + range.lowerBound * columns
                if let update = pass.weightUpdate {
                    update.apply(weights, at: place, gradient, height * columns)
                } else {
                    (weights.gradients + place).update(from: gradient, count: height * columns)
                }
            }
        }
    }
}
