// A linear layer: input [images][inputs], weights [outputs][inputs], bias [outputs], output [images][outputs], row after
// row without gaps.

struct MatrixShape: Hashable {
    let images: Int
    /// Padding included: multiples of 8.
    let inputs: Int, outputs: Int
}

/// One of its products.
struct MatrixProduct: Hashable, CustomStringConvertible {
    let shape: MatrixShape
    let pass: Pass
    let precision: Precision

    /// Names it in errors and in the plan cache.
    var description: String {
        "linear layer \(shape.images)×\(shape.inputs) → \(shape.outputs), \(pass), \(precision.rawValue)"
    }
}
