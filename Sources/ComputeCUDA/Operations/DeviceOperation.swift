// What one layer does on the device. Operations only enqueue: nothing waits, and all that changes from step to step is
// read from the step's own struct in device memory, so that what they enqueue can be captured once and launched again.

internal import CCUDA

/// What all operations work with.
struct DeviceContext {
    let stream: Stream
    let kernels: Kernels
    /// The device_step of the piece of a batch that is computed.
    let step: DeviceBuffer
    /// For plans, as large as the one that wants most, and for column sums of a layer's gradient.
    let workspace: DeviceBuffer
    let partials: DeviceBuffer
}

protocol DeviceOperation: AnyObject {
    /// Whether y is x, and dx is dy.
    var isInPlace: Bool { get }

    func forward(x: cuda_address, y: cuda_address, _ context: DeviceContext) throws

    /// Writes the gradients of its parameters, unless it is frozen, and dx unless that is nil. `dy` may be used up.
    func backward(
        x: cuda_address, y: cuda_address, dy: cuda_address, dx: cuda_address?, _ context: DeviceContext)
        throws
}

extension DeviceOperation {
    var isInPlace: Bool { false }
}
