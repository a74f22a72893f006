// One tower's convolution: packed NHWC activations [images][height][width][channels], weights
// [outputs][kernelHeight][kernelWidth][inputs], bias [outputs].

struct ConvolutionShape: Hashable {
    let images: Int
    let inputHeight: Int, inputWidth: Int
    /// Channels, padding included: multiples of 8.
    let inputs: Int, outputs: Int
    let kernelHeight: Int, kernelWidth: Int
    let stride: Int, padding: Int

    var outputHeight: Int { (inputHeight + 2 * padding - kernelHeight) / stride + 1 }
    var outputWidth: Int { (inputWidth + 2 * padding - kernelWidth) / stride + 1 }

    // MARK: - Elements

    var inputElements: Int { images * inputHeight * inputWidth * inputs }
    var outputElements: Int { images * outputHeight * outputWidth * outputs }
    var weightElements: Int { outputs * kernelHeight * kernelWidth * inputs }
}

/// One of its products.
struct ConvolutionProduct: Hashable, CustomStringConvertible {
    let shape: ConvolutionShape
    let pass: Pass
    let precision: Precision

    /// Names it in errors and in the plan cache.
    var description: String {
        "convolution \(shape.images)×\(shape.inputHeight)×\(shape.inputWidth)×\(shape.inputs) → \(shape.outputs), "
            + "kernel \(shape.kernelHeight)×\(shape.kernelWidth), stride \(shape.stride), padding \(shape.padding), "
            + "\(pass), \(precision.rawValue)"
    }
}
