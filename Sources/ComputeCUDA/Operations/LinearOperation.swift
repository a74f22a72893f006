// A linear layer with its bias and the ReLU behind it: three products by cuBLASLt. The ReLU is a pass of our own over the
// few outputs: cuBLASLt's makes zero of what is no number, and a training that has diverged must be seen to have.

internal import CCUDA

final class LinearOperation: DeviceOperation {
    private let weights: ProductWeights
    private let gradient: ProductGradient
    /// Numbers of the output, padding included.
    private let outputCount: Int
    private let forward: MatrixPlan
    private let weightGradient: MatrixPlan
    /// nil where nothing before it learns.
    private let inputGradient: MatrixPlan?

    init(
        _ shape: MatrixShape, _ weights: ProductWeights, _ gradient: ProductGradient, plans: PlanLibrary,
        hasInputGradient: Bool
    ) throws {
        (self.weights, self.gradient) = (weights, gradient)
        outputCount = shape.images * shape.outputs
        forward = try plans.plan(shape, .forward(relu: false))
        weightGradient = try plans.plan(shape, .weightGradient)
        inputGradient = hasInputGradient ? try plans.plan(shape, .inputGradient(adding: false)) : nil
    }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        try forward.run(
            Operands(input: x, weights: weights.elements, bias: weights.biasElements, output: y),
            workspace: context.workspace.address, on: context.stream)
        if gradient.isRectified { try context.kernels.rectify(y, count: outputCount, on: context.stream) }
    }

    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        try gradient.apply(y: y, dy: dy, weights, context)
        if !weights.isFrozen {
            try weightGradient.run(
                Operands(input: x, weights: weights.gradient, output: dy),
                workspace: context.workspace.address, on: context.stream)
        }
        if let dx {
            try inputGradient?.run(
                Operands(input: dx, weights: weights.elements, output: dy),
                workspace: context.workspace.address, on: context.stream)
        }
    }
}
