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
    private let plan: UnsafeMutablePointer<winograd_plan>
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

    private let inCount: Int
    private let outCount: Int
    private let filterCount: Int
    private let planeCount: Int

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
        var shape = winograd_shape(
            side: Int32(input.height), channels: Int32(input.channels), outputs: Int32(convolution.outputs),
            groups: Int32(convolution.groups), kernel: Int32(convolution.kernel),
            stride: Int32(convolution.stride), padding: Int32(convolution.padding),
            out_side: Int32(output.height))
        // Images are square, and depth back to space is not written: no network of the family needs more.
        guard input.width == input.height, convolution.stride == 1 || !givesInputGradient,
            let plan = winograd_plan_create(&shape, kernels.winograd.paired)
        else { return nil }
        self.plan = plan
        self.kernels = kernels.winograd
        (self.capacity, self.relu) = (capacity, relu)
        masksReLU = afterReLU
        (inCount, outCount) = (winograd_in_count(plan), winograd_out_count(plan))
        (filterCount, planeCount) = (winograd_filter_count(plan), winograd_plane_count(plan))
        let weights =
            convolution.outputs * convolution.kernel * convolution.kernel * input.channels
            / convolution.groups
        (weight, bias) = (parameters, parameters + weights)
        (weightGradient, biasGradient) = (gradients, gradients + weights)
        filters = try FloatBuffer(filterCount)
        transposedFilters = givesInputGradient ? try FloatBuffer(filterCount) : nil
    }

    deinit { winograd_plan_destroy(plan) }

    private var together: Int { Int(plan.pointee.images) }
    private var groups: Int { (capacity + together - 1) / together }
    private var points: Int { Int(plan.pointee.points * plan.pointee.points) }
    private var allPoints: winograd_range { .init(first: 0, end: Int32(points)) }
    private var inChunks: winograd_range {
        .init(first: 0, end: plan.pointee.shape.groups * plan.pointee.in_chunks)
    }
    private var outChunks: winograd_range {
        .init(first: 0, end: plan.pointee.shape.groups * plan.pointee.out_chunks)
    }
    private var keepsBatch: Bool { filterCount * together > inCount + outCount }

    var ownCount: Int { filters.count + (transposedFilters?.count ?? 0) }
    var scratchCount: Int { planeCount + inCount + outCount }
    /// Sums of the bias; dUᵀ of the pieces, or V, E and dUᵀ of the batch. Or V and M of a few images.
    var partialsCount: Int {
        max(
            inCount + outCount,
            sumsCount + (keepsBatch ? groups * (inCount + outCount) + filterCount : Self.pieces * filterCount)
        )
    }
    private var sumsCount: Int { (capacity * output.channels + 15) / 16 * 16 }

    func parametersChanged() { (filtersAreCurrent, transposedFiltersAreCurrent) = (false, false) }

    // MARK: - Forward

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        transformFilters(pass, workspace)
        if pass.count <= together { return forwardOfFew(x: x, y: y, Int32(pass.count), workspace) }
        workspace.lanes.run(over: pass.count, by: together) { images, lane in
            let plane = workspace.scratch[lane]
            let (v, m) = (plane + planeCount, plane + planeCount + inCount)
            let count = Int32(images.count)
            kernels.input(plan, x + images.lowerBound * input.count, count, inChunks, v, plane)
            kernels.products(plan, v, count, allPoints, filters.pointer, m)
            kernels.output(
                plan, m, count, outChunks, bias, relu ? 1 : 0, y + images.lowerBound * output.count, plane)
        }
    }

    /// Images that are taken together anyway: all lanes work on them, over chunks of channels, then over points.
    private func forwardOfFew(x: Floats, y: Floats, _ count: Int32, _ workspace: Workspace) {
        let v = workspace.partials
        let m = v + inCount
        func part(_ task: Int) -> winograd_range { .init(first: Int32(task), end: Int32(task + 1)) }
        workspace.lanes.run(Int(inChunks.end)) { task, lane in
            kernels.input(plan, x, count, part(task), v, workspace.scratch[lane])
        }
        workspace.lanes.run(points) { task, _ in
            kernels.products(plan, v, count, part(task), filters.pointer, m)
        }
        workspace.lanes.run(Int(outChunks.end)) { task, lane in
            kernels.output(plan, m, count, part(task), bias, relu ? 1 : 0, y, workspace.scratch[lane])
        }
    }

    private func transformFilters(_ pass: Pass, _ workspace: Workspace) {
        let transposed = pass.training ? transposedFilters?.pointer : nil
        guard !filtersAreCurrent || transposed != nil && !transposedFiltersAreCurrent else { return }
        onFilterBlocks(workspace) { group, inputs, outputs in
            kernels.filter(plan, weight, group, inputs, outputs, filters.pointer, transposed)
        }
        filtersAreCurrent = true
        transposedFiltersAreCurrent = transposed != nil
    }

    /// Every group's blocks of 16 inputs and 16 outputs.
    private func onFilterBlocks(
        _ workspace: Workspace, _ body: (_ group: Int32, _ inputs: Int32, _ outputs: Int32) -> Void
    ) {
        let (inputs, outputs) = (Int(plan.pointee.in_chunks), Int(plan.pointee.out_chunks))
        workspace.lanes.run(Int(plan.pointee.shape.groups) * inputs * outputs) { task, _ in
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
                plan, dU, Int32(pieces), filterCount, group, inputs, outputs, weightGradient)
        }
        sum_pieces(biasGradient, sums, output.channels, Int32(pass.count), output.channels)
    }

    /// dx alone.
    private func backwardOfInput(
        x: Floats, dy: Floats, dx: Floats?, sums: Floats, _ pass: Pass, _ workspace: Workspace
    ) {
        workspace.lanes.run(over: pass.count, by: together) { images, lane in
            let plane = workspace.scratch[lane]
            let (d, e) = (plane + planeCount, plane + planeCount + inCount)
            transform(images, dy: dy, e: e, sums: sums, plane)
            inputGradient(images, e: e, d: d, x: x, dx: dx, plane)
        }
    }

    private func backwardOfBatch(
        x: Floats, dy: Floats, dx: Floats?, sums: Floats, into dU: Floats, _ pass: Pass,
        _ workspace: Workspace
    ) {
        let allV = dU + filterCount
        let allE = allV + groups * inCount
        workspace.lanes.run(over: pass.count, by: together) { images, lane in
            let plane = workspace.scratch[lane]
            let group = images.lowerBound / together
            let (v, e) = (allV + group * inCount, allE + group * outCount)
            transform(images, x: x, v: v, plane)
            transform(images, dy: dy, e: e, sums: sums, plane)
            inputGradient(images, e: e, d: plane + planeCount, x: x, dx: dx, plane)
        }
        workspace.lanes.run(Int(plan.pointee.shape.groups) * points) { task, _ in
            kernels.filter_products(
                plan, allV, allE, Int32(pass.count), Int32(task / points), Int32(task % points), dU, 0)
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
            let (v, e) = (plane + planeCount, plane + planeCount + inCount)
            let partial = dU + piece.lowerBound / imagesPerPiece * filterCount
            for begin in stride(from: piece.lowerBound, to: piece.upperBound, by: together) {
                let images = begin..<min(begin + together, piece.upperBound)
                transform(images, x: x, v: v, plane)
                transform(images, dy: dy, e: e, sums: sums, plane)
                for group in 0..<plan.pointee.shape.groups {
                    for point in 0..<points {
                        kernels.filter_products(
                            plan, v, e, Int32(images.count), group, Int32(point), partial,
                            begin > piece.lowerBound ? 1 : 0)
                    }
                }
                // V has been used: D takes its place.
                inputGradient(images, e: e, d: v, x: x, dx: dx, plane)
            }
        }
        return (pass.count + imagesPerPiece - 1) / imagesPerPiece
    }

    /// V of some images, for the gradient of the kernels.
    private func transform(_ images: Range<Int>, x: Floats, v: Floats, _ plane: Floats) {
        kernels.input_pairs(
            plan, x + images.lowerBound * input.count, Int32(images.count), inChunks, v, plane)
    }

    /// E of some images, and their sums of dy.
    private func transform(_ images: Range<Int>, dy: Floats, e: Floats, sums: Floats, _ plane: Floats) {
        kernels.output_adjoint(
            plan, dy + images.lowerBound * output.count, Int32(images.count), e,
            sums + images.lowerBound * output.channels, plane)
    }

    private func inputGradient(
        _ images: Range<Int>, e: Floats, d: Floats, x: Floats, dx: Floats?, _ plane: Floats
    ) {
        guard let dx, let transposedFilters else { return }
        let count = Int32(images.count)
        kernels.products_adjoint(plan, e, count, transposedFilters.pointer, d)
        let at = images.lowerBound * input.count
        kernels.input_adjoint(plan, d, count, masksReLU ? x + at : nil, dx + at, plane)
    }
}
