// activation.cu.

internal import CCUDA

extension Kernels {
    /// In place.
    /// - Parameter count: of elements, padding included.
    func rectify(_ y: cuda_address, count: Int, on stream: Stream) throws {
        try launch("relu_forward", over: count, each: 8, on: stream, KernelArguments(y, count))
    }

    /// dy = 0 where y ≤ 0.
    func rectifyBackward(_ y: cuda_address, dy: cuda_address, count: Int, on stream: Stream) throws {
        try launch("relu_backward", over: count, each: 8, on: stream, KernelArguments(y, dy, count))
    }

    /// What dropout's masks are made from, and what they do.
    struct Dropout {
        let seed: UInt64
        /// Of Randomness.Purpose.
        let purpose: UInt32
        /// Index in the network.
        let layer: UInt32
        let threshold: UInt32
        let scale: Float

        /// - Parameter rate: of units that are zeroed.
        init(rate: Float, seed: UInt64, purpose: UInt32, layer: Int) {
            (self.seed, self.purpose, self.layer) = (seed, purpose, UInt32(layer))
            threshold = UInt32(min(Double(rate) * 0x1p32, 0x1p32 - 1))
            scale = 1 / (1 - rate)
        }
    }

    /// In place, forward and backward alike.
    /// - Parameter always: also where the step does not say that units are dropped.
    func drop(
        _ values: cuda_address, _ shape: device_tensor, _ dropout: Dropout, always: Bool = false,
        step: cuda_address, on stream: Stream
    ) throws {
        try launch(
            "dropout", groupsOf: shape, on: stream,
            KernelArguments(
                values, shape, UInt32(truncatingIfNeeded: dropout.seed), UInt32(dropout.seed >> 32),
                dropout.purpose, dropout.layer, dropout.threshold, dropout.scale, Int32(always ? 1 : 0), step)
        )
    }
}
