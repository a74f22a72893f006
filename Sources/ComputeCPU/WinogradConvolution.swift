// Convolution in the Winograd domain (CKernels/winograd.h has the algorithm and the names used here), a few images at a
// time, so that their matrices stay in a core's cache.
//
// The gradient of the kernels sums over all images, in one of two ways. Where a kernel in the domain is smaller than an
// image in it (conv1, conv2), `pieces` fixed parts of the batch are summed apart and added in their order. Where it is
// larger (conv3 to conv5), V and E of the whole batch are kept and each point of the domain is one product over all images:
// 24 ms for conv3 instead of 36, and less memory.

internal import CKernels
internal import Networks

final class WinogradConvolution: LayerOperation {
    /// Parts of the batch, also the most lanes that can work on it. To add up 16 of conv2's costs one core 3 ms of 1100
    /// more than 4.
    static let pieces = 16

    private let kernels: winograd_kernels
    /// Of the forward pass…
    private let plan: WinogradPlan
    /// …and of the backward pass.
    private let gradients: WinogradPlan
    private let input: Shape
    private let output: Shape
    private let capacity: Int
    private let relu: Bool
    let masksReLU: Bool
    private let weight: Floats
    private let bias: Floats
    private let weightGradient: Floats
    private let biasGradient: Floats

    /// U, and Uᵀ where the input's gradient is wanted.
    private let filters: FloatBuffer
    private let transposedFilters: FloatBuffer?
    private var filtersAreCurrent = false
    private var transposedFiltersAreCurrent = false

    /// - Parameters:
    ///   - relu: whether the next layer is a ReLU, which is then done here.
    ///   - afterReLU: whether a ReLU stands before: dx is then its gradient.
    ///   - givesInputGradient: false for the first layer.
    /// - Returns: nil for a shape that the algorithm does not serve.
    init?(
        _ layer: Layer, _ convolution: Convolution, kernels: kernel_set, capacity: Int, relu: Bool,
        afterReLU: Bool, givesInputGradient: Bool, parameters: Floats, gradients: Floats
    ) throws {
        (input, output) = (layer.input, layer.output)
        let shape = winograd_shape(
            side: Int32(input.height), channels: Int32(input.channels), outputs: Int32(convolution.outputs),
            groups: Int32(convolution.groups), kernel: Int32(convolution.kernel),
            stride: Int32(convolution.stride), padding: Int32(convolution.padding),
            out_side: Int32(output.height))
        self.kernels = kernels.winograd
        // Images are square, and depth back to space is not written: no network of the family needs more.
        guard input.width == input.height, convolution.stride == 1 || !givesInputGradient,
            let plan = WinogradPlan(shape, paired: self.kernels.paired, forGradients: false),
            let backward = WinogradPlan(shape, paired: self.kernels.paired, forGradients: true)
        else { return nil }
        (self.plan, self.gradients) = (plan, backward)
        (self.capacity, self.relu) = (capacity, relu)
        masksReLU = afterReLU
        let weights =
            convolution.outputs * convolution.kernel * convolution.kernel * input.channels
            / convolution.groups
        (weight, bias) = (parameters, parameters + weights)
        (weightGradient, biasGradient) = (gradients, gradients + weights)
        filters = try FloatBuffer(plan.uCount)
        transposedFilters = givesInputGradient ? try FloatBuffer(backward.uCount) : nil
    }

    private var groups: Int { (capacity + gradients.together - 1) / gradients.together }
    private var keepsBatch: Bool {
        gradients.filterCount * gradients.together > gradients.inCount + gradients.outCount
    }

    var ownCount: Int { filters.count + (transposedFilters?.count ?? 0) }
    var scratchCount: Int {
        [plan, gradients].map { $0.planeCount + $0.inCount + $0.outCount }.max() ?? 0
    }
    /// Sums of the bias; dUᵀ of the pieces, or V, E and dUᵀ of the batch. Or V and M of a few images.
    var partialsCount: Int {
        max(
            plan.vCount + plan.outCount,
            sumsCount
                + (keepsBatch
                    ? groups * (gradients.vCount + gradients.eCount) + gradients.filterCount
                    : Self.pieces * gradients.filterCount)
        )
    }
    private var sumsCount: Int { (capacity * output.channels + 15) / 16 * 16 }

    func parametersChanged() { (filtersAreCurrent, transposedFiltersAreCurrent) = (false, false) }

    // MARK: - Forward

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        transformFilters(pass, workspace)
        if pass.count <= plan.together { return forwardOfFew(x: x, y: y, Int32(pass.count), workspace) }
        workspace.lanes.run(over: pass.count, by: plan.together) { images, lane in
            let plane = workspace.scratch[lane]
            let (v, m) = (plane + plan.planeCount, plane + plan.planeCount + plan.inCount)
            let count = Int32(images.count)
            kernels.input(
                plan.pointer, x + images.lowerBound * input.count, count, plan.inChunks, v, plane)
            kernels.products(plan.pointer, v, count, plan.allPoints, filters.pointer, m)
            kernels.output(
                plan.pointer, m, count, plan.outChunks, bias, relu ? 1 : 0,
                y + images.lowerBound * output.count, plane)
        }
    }

    /// Images that are taken together anyway: all lanes work on them, over chunks of channels, then over points.
    private func forwardOfFew(x: Floats, y: Floats, _ count: Int32, _ workspace: Workspace) {
        let v = workspace.partials
        let m = v + plan.vCount
        func part(_ task: Int) -> winograd_range { .init(first: Int32(task), end: Int32(task + 1)) }
        workspace.lanes.run(Int(plan.inChunks.end)) { task, lane in
            kernels.input(plan.pointer, x, count, part(task), v, workspace.scratch[lane])
        }
        workspace.lanes.run(plan.points) { task, _ in
            kernels.products(plan.pointer, v, count, part(task), filters.pointer, m)
        }
        workspace.lanes.run(Int(plan.outChunks.end)) { task, lane in
            kernels.output(
                plan.pointer, m, count, part(task), bias, relu ? 1 : 0, y, workspace.scratch[lane])
        }
    }

    private func transformFilters(_ pass: Pass, _ workspace: Workspace) {
        if !filtersAreCurrent {
            onFilterBlocks(workspace) { group, inputs, outputs in
                kernels.filter(plan.pointer, weight, group, inputs, outputs, filters.pointer)
            }
            filtersAreCurrent = true
        }
        if pass.training, let transposedFilters, !transposedFiltersAreCurrent {
            onFilterBlocks(workspace) { group, inputs, outputs in
                kernels.filter_transposed(
                    gradients.pointer, weight, group, inputs, outputs, transposedFilters.pointer)
            }
            transposedFiltersAreCurrent = true
        }
    }

    /// Every group's blocks of 16 inputs and 16 outputs.
    private func onFilterBlocks(
        _ workspace: Workspace, _ body: (_ group: Int32, _ inputs: Int32, _ outputs: Int32) -> Void
    ) {
        let shape = plan.pointer.pointee
        let (inputs, outputs) = (Int(shape.in_chunks), Int(shape.out_chunks))
        workspace.lanes.run(plan.groups * inputs * outputs) { task, _ in
            body(
                Int32(task / (inputs * outputs)), Int32(task / outputs % inputs), Int32(task % outputs))
        }
    }

    // MARK: - Backward

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        let sums = workspace.partials
        if pass.isFrozen { return backwardOfInput(x: x, dy: dy, dx: dx, sums: sums, pass, workspace) }
        let dU = sums + sumsCount
        var pieces = 1
        if keepsBatch {
            backwardOfBatch(x: x, dy: dy, dx: dx, sums: sums, into: dU, pass, workspace)
        } else {
            pieces = backwardInPieces(x: x, dy: dy, dx: dx, sums: sums, into: dU, pass, workspace)
        }
        onFilterBlocks(workspace) { group, inputs, outputs in
            kernels.filter_adjoint(
                gradients.pointer, dU, Int32(pieces), gradients.filterCount, group, inputs, outputs,
                weightGradient)
        }
        sum_pieces(biasGradient, sums, output.channels, Int32(pass.count), output.channels)
    }

    /// dx alone.
    private func backwardOfInput(
        x: Floats, dy: Floats, dx: Floats?, sums: Floats, _ pass: Pass, _ workspace: Workspace
    ) {
        workspace.lanes.run(over: pass.count, by: gradients.together) { images, lane in
            let plane = workspace.scratch[lane]
            let (d, e) = (plane + gradients.planeCount, plane + gradients.planeCount + gradients.inCount)
            let rows = transform(images, dy: dy, e: e, rows: e + gradients.eCount, sums: sums, plane)
            inputGradient(images, rows: rows, d: d, x: x, dx: dx, plane)
        }
    }

    private func backwardOfBatch(
        x: Floats, dy: Floats, dx: Floats?, sums: Floats, into dU: Floats, _ pass: Pass,
        _ workspace: Workspace
    ) {
        let allV = dU + gradients.filterCount
        let allE = allV + groups * gradients.vCount
        workspace.lanes.run(over: pass.count, by: gradients.together) { images, lane in
            let plane = workspace.scratch[lane]
            let (d, rows) = (plane + gradients.planeCount, plane + gradients.planeCount + gradients.inCount)
            let group = images.lowerBound / gradients.together
            transform(images, x: x, v: allV + group * gradients.vCount, plane)
            let e = transform(
                images, dy: dy, e: allE + group * gradients.eCount, rows: dx == nil ? nil : rows, sums: sums,
                plane)
            inputGradient(images, rows: e, d: d, x: x, dx: dx, plane)
        }
        workspace.lanes.run(gradients.groups * gradients.points) { task, _ in
            kernels.filter_products(
                gradients.pointer, allV, allE, Int32(pass.count), Int32(task / gradients.points),
                Int32(task % gradients.points), dU, 0)
        }
    }

    /// - Returns: how many pieces there are.
    private func backwardInPieces(
        x: Floats, dy: Floats, dx: Floats?, sums: Floats, into dU: Floats, _ pass: Pass,
        _ workspace: Workspace
    ) -> Int {
        let imagesPerPiece = (pass.count + Self.pieces - 1) / Self.pieces
        workspace.lanes.run(over: pass.count, by: imagesPerPiece) { piece, lane in
            let plane = workspace.scratch[lane]
            let (v, e) = (plane + gradients.planeCount, plane + gradients.planeCount + gradients.inCount)
            let partial = dU + piece.lowerBound / imagesPerPiece * gradients.filterCount
            for begin in stride(from: piece.lowerBound, to: piece.upperBound, by: gradients.together) {
                let images = begin..<min(begin + gradients.together, piece.upperBound)
                transform(images, x: x, v: v, plane)
                let rows = transform(
                    images, dy: dy, e: e, rows: dx == nil ? nil : e + gradients.eCount, sums: sums, plane)
                for group in 0..<gradients.groups {
                    for point in 0..<gradients.points {
                        kernels.filter_products(
                            gradients.pointer, v, e, Int32(images.count), Int32(group), Int32(point), partial,
                            begin > piece.lowerBound ? 1 : 0)
                    }
                }
                // V has been used: D takes its place.
                inputGradient(images, rows: rows, d: v, x: x, dx: dx, plane)
            }
        }
        return (pass.count + imagesPerPiece - 1) / imagesPerPiece
    }

    /// V of some images, for the gradient of the kernels.
    private func transform(_ images: Range<Int>, x: Floats, v: Floats, _ plane: Floats) {
        kernels.input_pairs(
            gradients.pointer, x + images.lowerBound * input.count, Int32(images.count), gradients.inChunks,
            v, plane)
    }

    /// E of some images, and their sums of dy.
    /// - Parameter rows: where it is wanted as D's factor, if that is another form.
    /// - Returns: where that is.
    private func transform(
        _ images: Range<Int>, dy: Floats, e: Floats, rows: Floats?, sums: Floats, _ plane: Floats
    ) -> Floats? {
        let rows = gradients.isPaired ? rows : e
        kernels.output_adjoint(
            gradients.pointer, dy + images.lowerBound * output.count, Int32(images.count), e, rows,
            sums + images.lowerBound * output.channels, plane)
        return rows
    }

    private func inputGradient(
        _ images: Range<Int>, rows: Floats?, d: Floats, x: Floats, dx: Floats?, _ plane: Floats
    ) {
        guard let dx, let rows, let transposedFilters else { return }
        let count = Int32(images.count)
        kernels.products_adjoint(gradients.pointer, rows, count, transposedFilters.pointer, d)
        let at = images.lowerBound * input.count
        kernels.input_adjoint(gradients.pointer, d, count, masksReLU ? x + at : nil, dx + at, plane)
    }
}
