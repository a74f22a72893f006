// A convolution with its bias and the ReLU behind it, tower by tower, on cuDNN's plans.

internal import CCUDA

final class ConvolutionOperation: DeviceOperation {
    private let x: device_tensor
    private let y: device_tensor
    private let weights: ProductWeights
    private let gradient: ProductGradient
    private let elementBytes: Int
    private let forward: ConvolutionPlan
    /// nil where nothing before it learns…
    private let inputGradient: ConvolutionPlan?
    /// …and where no two towers read the same.
    private let addedInputGradient: ConvolutionPlan?
    private let weightGradient: ConvolutionPlan

    /// - Parameter hasInputGradient: whether something before it learns.
    init(
        _ shape: ConvolutionShape, x: device_tensor, y: device_tensor, _ weights: ProductWeights,
        _ gradient: ProductGradient, plans: PlanLibrary, precision: Precision, hasInputGradient: Bool
    ) throws {
        (self.x, self.y, self.weights, self.gradient) = (x, y, weights, gradient)
        elementBytes = precision.elementBytes
        forward = try plans.plan(shape, .forward(relu: gradient.isRectified))
        weightGradient = try plans.plan(shape, .weightGradient)
        inputGradient = hasInputGradient ? try plans.plan(shape, .inputGradient(adding: false)) : nil
        addedInputGradient =
            hasInputGradient && x.towers < y.towers
            ? try plans.plan(shape, .inputGradient(adding: true)) : nil
    }

    /// Of a tower of the output: what it reads, its filters and its bias. Without groups every tower reads all of x.
    private func offsets(_ tower: Int) -> (x: UInt64, y: UInt64, weights: UInt64, bias: UInt64) {
        func bytes(_ numbers: Int) -> UInt64 { UInt64(tower * numbers * elementBytes) }
        return (
            x.towers > 1 ? bytes(x.towerCount) : 0, bytes(y.towerCount), bytes(weights.layout.towerCount),
            bytes(Int(y.padded))
        )
    }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws {
        for tower in 0..<Int(self.y.towers) {
            let offsets = offsets(tower)
            try forward.run(
                Operands(
                    input: x + offsets.x, weights: weights.elements + offsets.weights,
                    bias: weights.biasElements + offsets.bias, output: y + offsets.y),
                workspace: context.workspace.address, on: context.stream)
        }
    }

    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext
    ) throws {
        try gradient.apply(y: y, dy: dy, weights, context)
        for tower in 0..<Int(self.y.towers) {
            let offsets = offsets(tower)
            if !weights.isFrozen {
                try weightGradient.run(
                    Operands(
                        input: x + offsets.x, weights: weights.gradient + offsets.weights,
                        output: dy + offsets.y),
                    workspace: context.workspace.address, on: context.stream)
            }
            guard let dx else { continue }
            // What towers that read the same x say of it adds up.
            let plan = tower > 0 && self.x.towers == 1 ? addedInputGradient : inputGradient
            try plan?.run(
                Operands(
                    input: dx + offsets.x, weights: weights.elements + offsets.weights,
                    output: dy + offsets.y),
                workspace: context.workspace.address, on: context.stream)
        }
        // Beyond the kernel's edge a block has pixels, but no weights.
        if !weights.isFrozen, weights.layout.block > 1 {
            try context.kernels.clearPadding(weights.gradient, weights.layout, on: context.stream)
        }
    }
}
