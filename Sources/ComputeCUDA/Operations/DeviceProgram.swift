// The layers of a network as operations over their buffers. Built from what follows what: a product does the ReLU behind it
// and takes back the dropout behind that; a pool does the normalisation before it where a fused kernel knows both.

internal import CCUDA
internal import Compute
internal import Networks

struct DeviceProgram {
    struct Step {
        /// Index of its layer.
        let layer: Int
        let operation: any DeviceOperation
        let x: DeviceBuffer
        let y: DeviceBuffer
    }

    let steps: [Step]
    /// Gradients go back no further than to this layer.
    private let lowestLearner: Int
    private let errors: (DeviceBuffer, DeviceBuffer)

    init(_ steps: [Step], lowestLearner: Int, errors: (DeviceBuffer, DeviceBuffer)) {
        (self.steps, self.lowestLearner, self.errors) = (steps, lowestLearner, errors)
    }

    /// Where the gradient of the scores is expected.
    var scoreGradient: cuda_address { errors.0.address }

    func forward(_ context: DeviceContext, measuring: (_ layer: Int, () throws -> Void) throws -> Void) throws
    {
        for step in steps {
            try measuring(step.layer) {
                try step.operation.forward(x: step.x.address, y: step.y.address, context)
            }
        }
    }

    /// Errors move between two buffers; in-place operations leave them where they are.
    func backward(_ context: DeviceContext, measuring: (_ layer: Int, () throws -> Void) throws -> Void)
        throws
    {
        let lowest = steps.firstIndex { $0.layer >= lowestLearner }
        var (dy, dx) = (errors.0.address, errors.1.address)
        for (index, step) in steps.enumerated().reversed() where step.layer >= lowestLearner {
            try measuring(step.layer) {
                try step.operation.backward(
                    x: step.x.address, y: step.y.address, dy: dy,
                    dx: step.operation.isInPlace ? dy : index == lowest ? nil : dx, context)
            }
            if !step.operation.isInPlace { swap(&dy, &dx) }
        }
    }
}
