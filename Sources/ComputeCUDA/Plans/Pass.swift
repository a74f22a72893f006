// The three products of a layer that has weights, and where their numbers lie. All that lies there are elements; where a
// pass makes a gradient or reads one, it lies in place of the thing itself: weightGradient reads `input` and (dY) `output`
// and writes (dW) `weights`.

internal import CCUDA

enum Pass: Hashable, CustomStringConvertible {
    /// output = input · weights + bias, negative ones to zero if `relu`.
    case forward(relu: Bool)
    /// input = output · weights, or added to what lies there.
    case inputGradient(adding: Bool)
    /// weights = output · input.
    case weightGradient

    var description: String {
        switch self {
        case .forward(let relu): relu ? "forward with ReLU" : "forward"
        case .inputGradient(let adding): adding ? "input gradient, added" : "input gradient"
        case .weightGradient: "weight gradient"
        }
    }
}

/// Addresses on the device, each at a multiple of 16 bytes. `bias` is read by the forward pass only.
struct Operands {
    var input: cuda_address
    var weights: cuda_address
    var bias: cuda_address = 0
    var output: cuda_address
}
