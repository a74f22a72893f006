// A layer as a plain value: what it computes, on which shape. Engines read these; nothing here computes.

/// Height, width and channels of one image's activations. Vectors (after `flatten`) are 1 × 1 × count.
package struct Shape: Hashable, Sendable {
    package var height: Int
    package var width: Int
    package var channels: Int

    package init(_ height: Int, _ width: Int, _ channels: Int) {
        (self.height, self.width, self.channels) = (height, width, channels)
    }

    package var count: Int { height * width * channels }
}

package struct Convolution: Hashable, Sendable {
    package var outputs: Int
    package var kernel: Int
    package var stride: Int
    package var padding: Int
    /// Input and output channels are cut into this many equal towers that do not see each other.
    package var groups: Int
}

/// Krizhevsky et al. 2012, section 3.3, with α divided by `size` as in cuda-convnet, PyTorch and Caffe:
/// y = x · (k + α/n · Σ x²)^−β over the `size` channels around each, across all channels of the layer.
package struct LocalResponseNorm: Hashable, Sendable {
    package var size = 5
    package var alpha: Float = 1e-4
    package var beta: Float = 0.75
    package var k: Float = 2

    package init() {}
}

/// Ioffe & Szegedy 2015, as torch.nn.BatchNorm2d, with its defaults: each channel less its mean, by √(variance + ε), times
/// the weight, plus the bias. In training mean and variance are those of the batch, over all pixels; evaluation takes
/// the running ones, which each training step moves by `momentum` towards the batch's (its variance as an estimate
/// from m values, Σ/(m − 1)). Where m is 1, torch refuses to train, and here the variance is 0.
package struct BatchNorm: Hashable, Sendable {
    package var momentum: Float = 0.1
    package var epsilon: Float = 1e-5

    package init() {}
}

package struct MaxPool: Hashable, Sendable {
    package var kernel: Int
    package var stride: Int
}

package struct Layer: Hashable, Sendable {
    package enum Operation: Hashable, Sendable {
        case convolution(Convolution)
        case relu
        case localResponseNorm(LocalResponseNorm)
        /// Of an image or of a linear layer's outputs; not between `flatten` and the first of these.
        case batchNorm(BatchNorm)
        case maxPool(MaxPool)
        /// To one vector per image. Its canonical order is channels, rows, columns, as PyTorch's.
        case flatten
        /// Zeroes a unit with this probability in training and scales the others by 1 / (1 − rate).
        case dropout(rate: Float)
        case linear(outputs: Int)
    }

    /// Unique within the network: "conv1", "relu1", "fc6"…
    package let name: String
    package let operation: Operation
    package let input: Shape
    package let output: Shape
    /// Name of the parameters in PyTorch, without ".weight", ".bias" and so on; nil where there are none.
    package let parameterPrefix: String?
}

/// One parameter tensor in its canonical form: PyTorch's name and layout.
package struct Parameter: Hashable, Sendable {
    /// The last part of its name in PyTorch. A batch normalisation's scale decays as other weights do (PyTorch does so
    /// too), and its shift learns and decays as other biases.
    package enum Role: String, Hashable, Sendable {
        case weight, bias
        case runningMean = "running_mean"
        case runningVariance = "running_var"

        /// Whether it has a gradient and an optimiser changes it; the running statistics are what a forward pass leaves.
        package var isLearned: Bool { self == .weight || self == .bias }
    }

    /// For example "features.0.weight".
    package let name: String
    /// [out, in / groups, height, width], [out, in] or [out].
    package let shape: [Int]
    package let role: Role
    /// Index of its layer in `Network.layers`.
    package let layer: Int

    package var count: Int { shape.reduce(1, *) }
}
