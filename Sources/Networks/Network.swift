// A feed-forward network as a plain value: a chain of layers from a square RGB crop to class scores.

package struct Network: Hashable, Sendable {
    package let name: String
    /// The crop the network sees.
    package let input: Shape
    package let layers: [Layer]
    /// In the order of the layers; in each as PyTorch has them: weight, bias, running mean, running variance.
    package let parameters: [Parameter]

    package var classes: Int { layers.last?.output.count ?? input.count }
    /// Numbers that are learned.
    package var parameterCount: Int { parameters.reduce(0) { $0 + ($1.role.isLearned ? $1.count : 0) } }

    /// Floating-point operations of one forward pass over one image, a multiply-add counted as two.
    package var forwardFLOPs: Int {
        layers.reduce(0) { $0 + $1.forwardFLOPs }
    }

    /// Of one training step per image: forward, gradient of the weights, and of the input except at the first layer.
    package var trainingFLOPs: Int {
        let first = layers.first { $0.forwardFLOPs > 0 }
        return 3 * forwardFLOPs - (first?.forwardFLOPs ?? 0)
    }
}

extension Layer {
    /// Multiply-adds times two of the matrix products; the cheap layers count as nothing.
    package var forwardFLOPs: Int {
        switch operation {
        case .convolution(let convolution):
            2 * output.count * convolution.kernel * convolution.kernel * input.channels / convolution.groups
        case .linear: 2 * output.count * input.count
        default: 0
        }
    }
}

extension Network {
    /// Builds a network layer by layer, each layer's shape following from the one before.
    package struct Builder {
        private let name: String
        private let input: Shape
        private var shape: Shape
        private var layers: [Layer] = []
        private var parameters: [Parameter] = []

        package init(_ name: String, input: Shape) {
            (self.name, self.input, self.shape) = (name, input, input)
        }

        /// Appends a layer.
        /// - Parameter parameterPrefix: PyTorch's name of its parameters; the layer's own name unless given.
        package mutating func add(
            _ name: String, _ operation: Layer.Operation, parameterPrefix: String? = nil
        ) {
            let output: Shape
            var shapes: [(Parameter.Role, [Int])] = []
            switch operation {
            case .convolution(let c):
                precondition(
                    shape.channels % c.groups == 0 && c.outputs % c.groups == 0, "\(name): uneven groups")
                output = Shape(
                    Self.extent(shape.height, c.kernel, c.stride, c.padding),
                    Self.extent(shape.width, c.kernel, c.stride, c.padding), c.outputs)
                shapes = [
                    (.weight, [c.outputs, shape.channels / c.groups, c.kernel, c.kernel]),
                    (.bias, [c.outputs]),
                ]
            case .maxPool(let pool):
                output = Shape(
                    Self.extent(shape.height, pool.kernel, pool.stride, 0),
                    Self.extent(shape.width, pool.kernel, pool.stride, 0), shape.channels)
            case .flatten: output = Shape(1, 1, shape.count)
            case .linear(let outputs):
                precondition(shape.height * shape.width == 1, "\(name): flatten the image first")
                output = Shape(1, 1, outputs)
                shapes = [(.weight, [outputs, shape.count]), (.bias, [outputs])]
            case .batchNorm:
                output = shape
                shapes = [Parameter.Role.weight, .bias, .runningMean, .runningVariance].map {
                    ($0, [shape.channels])
                }
            case .relu, .localResponseNorm, .dropout: output = shape
            }
            precondition(
                output.height > 0 && output.width > 0, "\(name): the input is smaller than the kernel")
            let prefix = shapes.isEmpty ? nil : parameterPrefix ?? name
            for (role, shape) in shapes {
                parameters.append(
                    Parameter(
                        name: "\(prefix ?? name).\(role.rawValue)", shape: shape, role: role,
                        layer: layers.count))
            }
            layers.append(
                Layer(name: name, operation: operation, input: shape, output: output, parameterPrefix: prefix)
            )
            shape = output
        }

        package func network() -> Network {
            Network(name: name, input: input, layers: layers, parameters: parameters)
        }

        private static func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Int {
            (size + 2 * padding - kernel) / stride + 1
        }
    }
}
