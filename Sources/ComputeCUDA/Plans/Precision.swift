// How exactly the matrix units may multiply, and what the numbers between layers are.

package enum Precision: String, Sendable, Hashable, CaseIterable {
    /// Elements are bfloat16; products are summed in fp32.
    case bf16
    /// Elements are fp32; the matrix units round what they multiply to 10 bits of mantissa.
    case tf32
    /// Elements are fp32; nothing is rounded to less.
    case fp32

    var elementBytes: Int { self == .bf16 ? 2 : 4 }
}
