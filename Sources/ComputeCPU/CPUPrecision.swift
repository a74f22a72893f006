// What the products of convolutions and linear layers multiply. Images, transforms, sums, weights, gradients and moments are
// float32 in both.

internal import CKernels

package enum CPUPrecision: String, Sendable {
    case fp32
    /// Factors rounded to bfloat16 where they are stored for a product: half the memory traffic, twice the rate.
    case bf16

    /// Of this CPU.
    package static var available: [CPUPrecision] { kernel_has_bf16() != 0 ? [.fp32, .bf16] : [.fp32] }
}
