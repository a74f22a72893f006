// Y = X Wᵀ + b for whole batches, cut into fixed blocks of outputs (forward, dW) or inputs (dX).

internal import CKernels
internal import Networks

final class LinearLayer: LayerOperation {
    /// Rows of W per task. 128 to 512 are equal within noise at 4096 × 9216; 128 leaves most to share out.
    private static let block = 128

    private let inputs: Int
    private let outputs: Int
    private let relu: Bool
    private let weight: Floats
    private let bias: Floats
    private let weightGradient: Floats
    private let biasGradient: Floats

    /// - Parameter relu: whether the next layer is a ReLU, which is then done here.
    init(_ layer: Layer, relu: Bool, parameters: Floats, gradients: Floats) {
        (inputs, outputs, self.relu) = (layer.input.count, layer.output.count, relu)
        weight = parameters
        bias = parameters + inputs * outputs
        weightGradient = gradients
        biasGradient = gradients + inputs * outputs
    }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        workspace.lanes.run(over: outputs, by: Self.block) { range, _ in
            BLAS.multiply(
                pass.count, range.count, inputs, x, inputs, weight + range.lowerBound * inputs, inputs,
                transposeB: true, into: y + range.lowerBound, outputs)
        }
        bias_forward(y, bias, pass.count, Int32(outputs), relu ? 1 : 0)
    }

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        if let dx {
            workspace.lanes.run(over: inputs, by: 2 * Self.block) { range, _ in
                BLAS.multiply(
                    pass.count, range.count, outputs, dy, outputs, weight + range.lowerBound, inputs,
                    into: dx + range.lowerBound, inputs)
            }
        }
        if pass.isFrozen { return }
        workspace.lanes.run(over: outputs, by: Self.block) { range, _ in
            BLAS.multiply(
                range.count, inputs, pass.count, dy + range.lowerBound, outputs, transposeA: true, x, inputs,
                into: weightGradient + range.lowerBound * inputs, inputs)
        }
        bias_backward(dy, biasGradient, pass.count, Int32(outputs), 0)
    }
}
