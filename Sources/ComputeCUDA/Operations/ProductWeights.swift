// The weight and bias of a convolution or linear layer, as its products see them.

internal import CCUDA

struct ProductWeights {
    private let parameters: DeviceParameters
    private let weight: Int
    private let bias: Int
    /// Whether nothing of it changes: it needs no gradients.
    let isFrozen: Bool

    init(parameters: DeviceParameters, weight: Int, bias: Int, isFrozen: Bool) {
        (self.parameters, self.weight, self.bias, self.isFrozen) = (parameters, weight, bias, isFrozen)
    }

    var layout: device_weight { parameters.layouts[weight] }
    /// As elements.
    var elements: cuda_address { parameters.elements(weight) }
    var biasElements: cuda_address { parameters.elements(bias) }
    /// In elements…
    var gradient: cuda_address { parameters.address(.gradients, weight) }
    /// …and in floats.
    var biasGradient: cuda_address { parameters.address(.gradients, bias) }
}
