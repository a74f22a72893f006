// What the products of convolutions and linear layers multiply. Images, transforms, sums, weights, gradients and moments are
// float32 in both.

package enum CPUPrecision: Sendable {
    case fp32
    /// Factors rounded to bfloat16 where they are stored for a product: half the memory traffic, twice the rate.
    case bf16
}
