// Y = X W + b on our own micro-kernels, with the update of W inside the backward pass: W and its moments are most of a
// step's memory traffic, and pass through the caches once for dX, dW and the update together. dW is written out only where
// something asks for it; the bits are the same.
//
//   forward    for each block of outputs: Y = X W
//   backward   for each block of inputs:  dXᵀ = W dYᵀ, dW = Xᵀ dY tile by tile, each tile then updates its weights
//
// With bfloat16 products (CKernels/bfloat16.h) X and dY are rounded as they are packed, and W block by block as it passes
// through, in rows for dX and in pairs for Y. A few images are bound by reading W: for them a rounded copy of it is kept,
// made when W has changed; the bits are the same.
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
    /// Images that W's rounded copy serves; more are bound by arithmetic.
    private static let few = 16

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
    /// W in pairs along the inputs, where products take bfloat16. Not touched before it is wanted.
    private let copy: FloatBuffer?
    private var copyIsCurrent = false

    /// - Parameters:
    ///   - relu: whether the next layer is a ReLU, which is then done here.
    ///   - state: of this layer.
    init(_ layer: Layer, kernels: kernel_set, capacity: Int, relu: Bool, state: OptimizerState) throws {
        (inputs, outputs, self.relu) = (layer.input.count, layer.output.count, relu)
        (self.kernels, self.capacity) = (kernels.matrix, capacity)
        weights = state
        (bias, biasGradient) = (state.parameters + inputs * outputs, state.gradients + inputs * outputs)
        lastPanel = try FloatBuffer(outputs % Self.width == 0 ? 0 : inputs * Self.width)
        copy =
            kernels.matrix.paired == 0
            ? nil : try FloatBuffer((outputs + Self.width - 1) / Self.width * (inputs + 1) / 2 * Self.width)
    }

    private var isPaired: Bool { kernels.paired != 0 }
    /// Words of a row of 16 columns of a left factor, and of a sum over so many elements.
    private var rowWords: Int { isPaired ? Self.width / 2 : Self.width }
    private func terms(_ elements: Int) -> Int { isPaired ? (elements + 1) / 2 : elements }
    /// Words of a block of W that is rounded for a product.
    private var blockWords: Int { isPaired ? Self.depth * Self.panelsPerTask * Self.width / 2 : 0 }

    private var panelCount: Int { (outputs + Self.width - 1) / Self.width }
    private var panelSize: Int { inputs * Self.width }
    private var wholePanels: Int { outputs / Self.width }
    private func columns(_ panel: Int) -> Int { min(Self.width, outputs - panel * Self.width) }

    /// A matrix of this many rows.
    private func panels(_ start: Floats, _ rows: Int) -> matrix {
        matrix(at: start, chunk: rows * Self.width)
    }

    private func roundedUp(_ count: Int) -> Int { (count + Self.width - 1) / Self.width * Self.width }

    var ownCount: Int { lastPanel.count + (copy?.count ?? 0) }
    /// A block of Y, or of dXᵀ and a tile of dW with its narrow copy.
    var scratchCount: Int {
        let rows = roundedUp(capacity)
        return blockWords
            + max(
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
        pack(x, columns: inputs, rows: pass.count, into: packed, asPairs: false, workspace)
        widenLastPanel()
        let isCopied = pass.count <= Self.few && !pass.training
        if isCopied { roundWeights(workspace) }
        workspace.lanes.run(over: panelCount, by: Self.panelsPerTask) { range, lane in
            let rounded = workspace.scratch[lane]
            let block = rounded + blockWords
            multiply(packed, range, pass.count, isCopied ? nil : rounded, into: block)
            for (place, panel) in range.enumerated() {
                let first = panel * Self.width
                panels_unpack(
                    block + place * pass.count * Self.width, pass.count, Int32(columns(panel)), bias + first,
                    relu ? 1 : 0, y + first, outputs)
            }
        }
    }

    /// block = X W of some panels of outputs.
    /// - Parameter rounded: for a block of W; nil to take the copy.
    private func multiply(
        _ x: Floats, _ range: Range<Int>, _ rows: Int, _ rounded: Floats?, into block: Floats
    ) {
        let chunk = rows * rowWords
        // A few images: panel after panel, each from end to end, as memory is read best.
        let together = rows <= Self.few ? Self.panelsPerTile : Self.panelsPerTask
        for first in stride(from: range.lowerBound, to: range.upperBound, by: together) {
            let panels = first..<min(first + together, range.upperBound)
            let place = block + (first - range.lowerBound) * rows * Self.width
            for from in stride(from: 0, to: inputs, by: Self.depth) {
                let depth = min(Self.depth, inputs - from)
                let a = matrix(at: x + from / Self.width * chunk, chunk: chunk)
                withFactors(panels, from, depth, rounded) { count, offset, w in
                    kernels.product(
                        Int32(rows), Int32(count), terms(depth), a, w,
                        self.panels(place + offset * rows * Self.width, rows), from > 0 ? 1 : 0, nil)
                }
            }
        }
    }

    /// W of some panels, from an input on, as right factors: how many panels, the place of the first, and they.
    private func withFactors(
        _ range: Range<Int>, _ from: Int, _ depth: Int, _ rounded: Floats?,
        _ body: (_ count: Int, _ offset: Int, _ w: matrix) -> Void
    ) {
        if let copy, rounded == nil {
            let height = terms(inputs)
            let at = copy.pointer + (range.lowerBound * height + terms(from)) * Self.width
            return body(range.count, 0, panels(at, height))
        }
        if let rounded, isPaired {
            for (place, panel) in range.enumerated() {
                kernels.pack_pairs(
                    wide(panel) + from * Self.width, Self.width, depth, Int32(Self.width),
                    rounded + place * terms(depth) * Self.width)
            }
            return body(range.count, 0, panels(rounded, terms(depth)))
        }
        let whole = range.clamped(to: 0..<wholePanels)
        if !whole.isEmpty {
            body(whole.count, 0, panels(wide(whole.lowerBound) + from * Self.width, inputs))
        }
        if range.upperBound > wholePanels {
            body(1, whole.count, panels(lastPanel.pointer + from * Self.width, inputs))
        }
    }

    /// A panel of W, 16 outputs wide.
    private func wide(_ panel: Int) -> Floats {
        panel < wholePanels ? weights.parameters + panel * panelSize : lastPanel.pointer
    }

    func parametersChanged() { (lastPanelIsCurrent, copyIsCurrent) = (false, false) }

    private func widenLastPanel() {
        guard wholePanels < panelCount, !lastPanelIsCurrent else { return }
        lastPanelIsCurrent = true
        panels_widen(
            weights.parameters + wholePanels * panelSize, inputs, Int32(columns(wholePanels)),
            lastPanel.pointer)
    }

    private func roundWeights(_ workspace: Workspace) {
        guard let copy, !copyIsCurrent else { return }
        copyIsCurrent = true
        workspace.lanes.run(panelCount) { panel, _ in
            kernels.pack_pairs(
                wide(panel), Self.width, inputs, Int32(Self.width),
                copy.pointer + panel * terms(inputs) * Self.width)
        }
    }

    private func pack(
        _ matrix: Floats, columns: Int, rows: Int, into packed: Floats, asPairs: Bool, _ workspace: Workspace
    ) {
        let (pack, chunk) =
            asPairs ? (kernels.pack_pairs!, terms(rows) * Self.width) : (kernels.pack_rows!, rows * rowWords)
        workspace.lanes.run(over: columns, by: Self.width) { range, _ in
            pack(
                matrix + range.lowerBound, columns, rows, Int32(range.count),
                packed + range.lowerBound / Self.width * chunk)
        }
    }

    // MARK: - Backward

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        let rows = pass.count
        let packedX = workspace.partials
        let packedDY = packedX + rows * roundedUp(inputs)
        let transposedDY = packedDY + rows * panelCount * Self.width
        if !pass.isFrozen {
            pack(x, columns: inputs, rows: rows, into: packedX, asPairs: true, workspace)
            pack(dy, columns: outputs, rows: rows, into: packedDY, asPairs: true, workspace)
        }
        workspace.lanes.run(over: rows, by: Self.width) { range, _ in
            kernels.pack_pairs_transposed(
                dy + range.lowerBound * outputs, outputs, outputs, Int32(range.count),
                transposedDY + range.lowerBound * terms(outputs))
        }
        workspace.lanes.run(over: inputs, by: Self.inputsPerTask) { range, lane in
            let block = workspace.scratch[lane] + blockWords
            if let dx {
                inputGradient(transposedDY, range, rows, workspace.scratch[lane], into: block)
                for first in stride(from: 0, to: rows, by: Self.width) {
                    panels_unpack_transposed(
                        block + first * range.count, range.count,
                        Int32(min(Self.width, rows - first)), dx + first * inputs + range.lowerBound, inputs)
                }
            }
            if !pass.isFrozen {
                weightGradient(packedX, packedDY, range, pass, block)
            }
        }
        if pass.isFrozen { return }
        bias_backward(dy, biasGradient, rows, Int32(outputs), 0)
    }

    /// block = W dYᵀ of some inputs: [rows / 16][inputs][16].
    /// - Parameter rounded: for a block of W.
    private func inputGradient(
        _ dy: Floats, _ range: Range<Int>, _ rows: Int, _ rounded: Floats, into block: Floats
    ) {
        func multiply(_ panel: Int, _ depth: Int) {
            let from = panel * Self.width
            kernels.product(
                Int32(range.count), Int32(roundedUp(rows) / Self.width), terms(depth),
                leftFactor(panel, (depth + Self.width - 1) / Self.width, range, rounded),
                panels(dy + terms(from) * Self.width, terms(outputs)), panels(block, range.count),
                from > 0 ? 1 : 0, nil)
        }
        let end = wholePanels * Self.width
        for from in stride(from: 0, to: end, by: Self.depth) {
            multiply(from / Self.width, min(Self.depth, end - from))
        }
        if wholePanels < panelCount { multiply(wholePanels, columns(wholePanels)) }
    }

    /// W of some panels and inputs.
    private func leftFactor(_ panel: Int, _ count: Int, _ range: Range<Int>, _ rounded: Floats) -> matrix {
        let first = range.lowerBound * Self.width
        guard isPaired else { return panels(wide(panel) + first, inputs) }
        let chunk = range.count * rowWords
        for place in 0..<count {
            kernels.pack_rows(
                wide(panel + place) + first, Self.width, range.count, Int32(Self.width),
                rounded + place * chunk)
        }
        return matrix(at: rounded, chunk: chunk)
    }

    /// dW of some inputs, tile by tile, into the weights or written out.
    private func weightGradient(
        _ x: Floats, _ dy: Floats, _ range: Range<Int>, _ pass: Pass, _ tile: Floats
    ) {
        let height = range.count
        let rounded = roundedUp(height)
        let narrow = tile + Self.panelsPerTile * rounded * Self.width
        // What every optimiser's update reads.
        var wanted = [weights.parameters, weights.firstMoment].map {
            panels($0 + range.lowerBound * Self.width, inputs)
        }
        for first in stride(from: 0, to: panelCount, by: Self.panelsPerTile) {
            let count = min(Self.panelsPerTile, panelCount - first)
            kernels.transposed_product(
                Int32(rounded / Self.width), Int32(count), terms(pass.count),
                panels(x + range.lowerBound * terms(pass.count), terms(pass.count)),
                panels(dy + first * terms(pass.count) * Self.width, terms(pass.count)), panels(tile, rounded),
                0, wanted, pass.weightUpdate == nil ? 0 : Int32(wanted.count))
            for index in wanted.indices { wanted[index].at += count * panelSize }
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
