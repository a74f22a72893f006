// What a layer's operation is called in the graph, and what is shown beside it.

internal import Networks

extension Layer.Operation {
    var name: String {
        switch self {
        case .convolution: "Conv2D"
        case .relu: "Relu"
        case .localResponseNorm: "LRN"
        case .batchNorm: "FusedBatchNorm"
        case .maxPool: "MaxPool"
        case .flatten: "Reshape"
        case .dropout: "Dropout"
        case .linear: "MatMul"
        }
    }

    /// Whether what comes out has one dimension per image.
    var makesVector: Bool {
        switch self {
        case .flatten, .linear: true
        default: false
        }
    }

    var attributes: [String: NetworkGraph.Attribute] {
        switch self {
        case .convolution(let convolution):
            [
                "kernel": .integers([convolution.kernel, convolution.kernel]),
                "strides": .integers([convolution.stride, convolution.stride]),
                "padding": .integers([convolution.padding, convolution.padding]),
                "groups": .integers([convolution.groups]), "data_format": .text("NHWC"),
            ]
        case .maxPool(let pool):
            [
                "ksize": .integers([pool.kernel, pool.kernel]),
                "strides": .integers([pool.stride, pool.stride]),
                "data_format": .text("NHWC"),
            ]
        case .localResponseNorm(let norm):
            [
                "size": .integers([norm.size]), "alpha": .number(Double(norm.alpha)),
                "beta": .number(Double(norm.beta)), "k": .number(Double(norm.k)),
            ]
        case .batchNorm(let norm):
            ["momentum": .number(Double(norm.momentum)), "epsilon": .number(Double(norm.epsilon))]
        case .dropout(let rate): ["rate": .number(Double(rate))]
        case .relu, .flatten, .linear: [:]
        }
    }
}
