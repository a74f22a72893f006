// Convolution as matrix products over gathered patches (im2col), on OpenBLAS: the readable path that runs everywhere.
//
//   forward   Y = P Wᵀ + b        P: [pixels][k·k·inputs of the group], gathered per group of images
//   backward  dW = dYᵀ P          in `pieces` fixed parts of the batch, added in their order
//             dP = dY W           scattered onto dx, the adjoint of gathering
//
// Weights are [outputs][k][k][inputs / groups]. BLAS runs single-threaded inside a lane.

internal import CKernels
internal import COpenBLAS
internal import Networks

final class ConvolutionLayer: LayerOperation {
    /// Parts of the weight gradient's sum; also the most lanes that can work on it.
    static let pieces = 16
    /// Rows of a product worth the call: small images are taken several at a time. Below about 600 rows the weights'
    /// packing shows (13 × 13 alone: −15 %).
    private static let wantedRows = 600

    private let convolution: Convolution
    private let input: Shape
    private let output: Shape
    private let relu: Bool
    private let weight: Floats
    private let bias: Floats
    private let weightGradient: Floats
    private let biasGradient: Floats

    private let groupInputs: Int
    private let groupOutputs: Int
    /// k · k · inputs of a group: a row of patches.
    private let patch: Int
    private let pixels: Int
    private let imagesPerProduct: Int

    /// - Parameter relu: whether the next layer is a ReLU, which is then done here.
    init(_ layer: Layer, _ convolution: Convolution, relu: Bool, parameters: Floats, gradients: Floats) {
        (self.convolution, self.input, self.output, self.relu) = (
            convolution, layer.input, layer.output, relu
        )
        groupInputs = input.channels / convolution.groups
        groupOutputs = convolution.outputs / convolution.groups
        patch = convolution.kernel * convolution.kernel * groupInputs
        pixels = output.height * output.width
        imagesPerProduct = max(1, Self.wantedRows / pixels)
        weight = parameters
        bias = parameters + convolution.outputs * patch
        weightGradient = gradients
        biasGradient = gradients + convolution.outputs * patch
    }

    private var weightCount: Int { convolution.outputs * patch }
    var scratchCount: Int { imagesPerProduct * pixels * patch }
    var partialsCount: Int { Self.pieces * (weightCount + convolution.outputs) }

    private func shape(_ group: Int) -> conv_shape {
        conv_shape(
            height: Int32(input.height), width: Int32(input.width), channels: Int32(input.channels),
            first: Int32(group * groupInputs), group_channels: Int32(groupInputs),
            kernel: Int32(convolution.kernel), stride: Int32(convolution.stride),
            padding: Int32(convolution.padding),
            out_height: Int32(output.height), out_width: Int32(output.width))
    }

    private func gather(_ x: Floats, _ images: Range<Int>, group: Int, into patches: Floats) {
        var shape = shape(group)
        for (row, image) in images.enumerated() {
            conv_gather(&shape, x + image * input.count, patches + row * pixels * patch)
        }
    }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        workspace.lanes.run(over: pass.count, by: imagesPerProduct) { images, lane in
            let rows = images.count * pixels
            let out = y + images.lowerBound * output.count
            for group in 0..<convolution.groups {
                gather(x, images, group: group, into: workspace.scratch[lane])
                BLAS.multiply(
                    rows, groupOutputs, patch, workspace.scratch[lane], patch,
                    weight + group * groupOutputs * patch, patch, transposeB: true,
                    into: out + group * groupOutputs, output.channels)
            }
            bias_forward(out, bias, rows, Int32(output.channels), relu ? 1 : 0)
        }
    }

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        let imagesPerPiece = (pass.count + Self.pieces - 1) / Self.pieces
        let pieces = (pass.count + imagesPerPiece - 1) / imagesPerPiece
        let stride = weightCount + convolution.outputs
        workspace.lanes.run(over: pass.count, by: imagesPerPiece) { piece, lane in
            let partial = workspace.partials + piece.lowerBound / imagesPerPiece * stride
            for begin in Swift.stride(from: piece.lowerBound, to: piece.upperBound, by: imagesPerProduct) {
                let images = begin..<min(begin + imagesPerProduct, piece.upperBound)
                backward(
                    x: x, dy: dy, dx: dx, images, into: pass.isFrozen ? nil : partial,
                    adding: begin > piece.lowerBound, patches: workspace.scratch[lane])
            }
        }
        if pass.isFrozen { return }
        let block = 16384
        workspace.lanes.run(over: weightCount, by: block) { range, _ in
            sum_pieces(
                weightGradient + range.lowerBound, workspace.partials + range.lowerBound, stride,
                Int32(pieces),
                range.count)
        }
        sum_pieces(
            biasGradient, workspace.partials + weightCount, stride, Int32(pieces), convolution.outputs)
    }

    /// - Parameter partial: takes the gradients of weight and bias, unless nil.
    private func backward(
        x: Floats, dy: Floats, dx: Floats?, _ images: Range<Int>, into partial: Floats?, adding: Bool,
        patches: Floats
    ) {
        let rows = images.count * pixels
        let errors = dy + images.lowerBound * output.count
        if let dx {
            (dx + images.lowerBound * input.count).update(repeating: 0, count: images.count * input.count)
        }
        for group in 0..<convolution.groups {
            let groupErrors = errors + group * groupOutputs
            if let partial {
                gather(x, images, group: group, into: patches)
                BLAS.multiply(
                    groupOutputs, patch, rows, groupErrors, output.channels, transposeA: true, patches, patch,
                    into: partial + group * groupOutputs * patch, patch, adding: adding)
            }
            guard let dx else { continue }
            BLAS.multiply(
                rows, patch, groupOutputs, groupErrors, output.channels,
                weight + group * groupOutputs * patch, patch, into: patches, patch)
            var shape = shape(group)
            for (row, image) in images.enumerated() {
                conv_scatter_add(&shape, patches + row * pixels * patch, dx + image * input.count)
            }
        }
        if let partial {
            bias_backward(errors, partial + weightCount, rows, Int32(output.channels), adding ? 1 : 0)
        }
    }
}
