// One convolution layer of the CPU engine on its own, with random data, and what some of its results should be.

import Foundation
import Networks
import Randomness

@testable import ComputeCPU

final class ConvolutionRun {
    /// A result, and its value as a sum in double.
    typealias Sample = [(result: Float, expected: Double)]

    private static let samples = 60

    private let layer: Layer
    private let convolution: Convolution
    private let images: Int
    private let operation: any LayerOperation
    private let workspace: Workspace
    private let buffers: [FloatBuffer]
    private let x, y, dy, dx, parameters, gradients: FloatBuffer
    /// As in the network: the image itself has no gradient.
    let givesInputGradient: Bool

    init(_ shape: ConvolutionAccuracyTests.Shape, _ path: KernelPath, _ precision: CPUPrecision = .fp32)
        throws
    {
        var builder = Network.Builder("", input: Shape(shape.side, shape.side, shape.channels))
        builder.add("conv", .convolution(shape.convolution))
        let layer = builder.network().layers[0]
        self.layer = layer
        (convolution, images) = (shape.convolution, shape.images)
        givesInputGradient = convolution.stride == 1
        let count = builder.network().parameterCount
        x = try FloatBuffer(images * layer.input.count)
        dx = try FloatBuffer(images * layer.input.count)
        y = try FloatBuffer(images * layer.output.count)
        dy = try FloatBuffer(images * layer.output.count)
        parameters = try FloatBuffer(count)
        gradients = try FloatBuffer(count)
        for (stream, buffer) in [x, dy, parameters].enumerated() {
            Philox.fillUniform(
                UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count), seed: 1,
                purpose: .initialization, stream: UInt32(stream), low: -1, high: 1)
        }
        // As after a ReLU, for which one-sided inputs make the sums larger than their differences.
        for index in 0..<x.count where x.pointer[index] < 0 { x.pointer[index] = 0 }
        let (weights, weightGradients) = (parameters.pointer, gradients.pointer)
        let fast = try path.kernels(for: precision).flatMap {
            try WinogradConvolution(
                layer, shape.convolution, kernels: $0, capacity: shape.images, relu: false, afterReLU: false,
                givesInputGradient: shape.convolution.stride == 1, parameters: weights,
                gradients: weightGradients)
        }
        precondition((fast == nil) == (path == .reference), "a shape that the fast path must serve")
        let operation: any LayerOperation =
            fast
            ?? ConvolutionLayer(
                layer, shape.convolution, relu: false, parameters: weights, gradients: weightGradients)
        let scratch = try (0..<2).map { _ in try FloatBuffer(operation.scratchCount) }
        let partials = try FloatBuffer(operation.partialsCount)
        self.operation = operation
        buffers = scratch + [partials]
        workspace = Workspace(
            lanes: try Lanes(2), scratch: scratch.map(\.pointer), partials: partials.pointer)
    }

    func run() {
        let pass = Pass(count: images, training: true, step: 0)
        operation.forward(x: x.pointer, y: y.pointer, pass, workspace)
        operation.backward(
            x: x.pointer, y: y.pointer, dy: dy.pointer, dx: givesInputGradient ? dx.pointer : nil, pass,
            workspace)
    }

    /// Root of mean squares, relative to that of what is expected.
    func error(_ sample: Sample) -> Double {
        let squares = sample.reduce((0.0, 0.0)) {
            let difference = Double($1.result) - $1.expected
            return ($0.0 + difference * difference, $0.1 + $1.expected * $1.expected)
        }
        return (squares.0 / squares.1).squareRoot()
    }

    /// Of all results.
    var bytes: [Data] {
        [y, dx, gradients].map { Data(bytes: $0.pointer, count: $0.count * MemoryLayout<Float>.stride) }
    }

    // MARK: - What is expected

    private var groupInputs: Int { layer.input.channels / convolution.groups }
    private var groupOutputs: Int { convolution.outputs / convolution.groups }

    private func x(_ image: Int, _ row: Int, _ column: Int, _ channel: Int) -> Double {
        let shape = layer.input
        guard 0..<shape.height ~= row, 0..<shape.width ~= column else { return 0 }
        return Double(
            x.pointer[((image * shape.height + row) * shape.width + column) * shape.channels + channel])
    }

    private func dy(_ image: Int, _ row: Int, _ column: Int, _ channel: Int) -> Double {
        let shape = layer.output
        guard 0..<shape.height ~= row, 0..<shape.width ~= column else { return 0 }
        return Double(
            dy.pointer[((image * shape.height + row) * shape.width + column) * shape.channels + channel])
    }

    private func weightIndex(_ output: Int, _ row: Int, _ column: Int, _ input: Int) -> Int {
        ((output * convolution.kernel + row) * convolution.kernel + column) * groupInputs + input
    }

    /// Indices that a stride of a prime number spreads over a tensor.
    private func sampled(_ count: Int) -> [Int] { (0..<Self.samples).map { $0 * 7_368_787 % count } }

    private func sample(_ buffer: FloatBuffer, _ shape: Shape, _ expected: (Int, Int, Int, Int) -> Double)
        -> Sample
    {
        sampled(buffer.count).map { index in
            let (pixel, channel) = (index / shape.channels, index % shape.channels)
            let image = pixel / (shape.width * shape.height)
            let (row, column) = (pixel / shape.width % shape.height, pixel % shape.width)
            return (buffer.pointer[index], expected(image, row, column, channel))
        }
    }

    var outputs: Sample {
        sample(y, layer.output) { [self] image, row, column, output in
            let first = output / groupOutputs * groupInputs
            var sum = Double(parameters.pointer[parameters.count - convolution.outputs + output])
            for ky in 0..<convolution.kernel {
                for kx in 0..<convolution.kernel {
                    let (y, x) = (
                        row * convolution.stride + ky - convolution.padding,
                        column * convolution.stride + kx - convolution.padding
                    )
                    for input in 0..<groupInputs {
                        sum +=
                            self.x(image, y, x, first + input)
                            * Double(parameters.pointer[weightIndex(output, ky, kx, input)])
                    }
                }
            }
            return sum
        }
    }

    /// For a stride of 1.
    var inputGradients: Sample {
        sample(dx, layer.input) { [self] image, row, column, channel in
            let (group, input) = (channel / groupInputs, channel % groupInputs)
            var sum = 0.0
            for ky in 0..<convolution.kernel {
                for kx in 0..<convolution.kernel {
                    for output in group * groupOutputs..<(group + 1) * groupOutputs {
                        sum +=
                            dy(
                                image, row - ky + convolution.padding, column - kx + convolution.padding,
                                output)
                            * Double(parameters.pointer[weightIndex(output, ky, kx, input)])
                    }
                }
            }
            return sum
        }
    }

    var filterGradients: Sample {
        sampled(gradients.count - convolution.outputs).map { index in
            let input = index % groupInputs
            let kx = index / groupInputs % convolution.kernel
            let ky = index / groupInputs / convolution.kernel % convolution.kernel
            let output = index / groupInputs / convolution.kernel / convolution.kernel
            let channel = output / groupOutputs * groupInputs + input
            var sum = 0.0
            for image in 0..<images {
                for row in 0..<layer.output.height {
                    for column in 0..<layer.output.width {
                        sum +=
                            dy(image, row, column, output)
                            * x(
                                image, row * convolution.stride + ky - convolution.padding,
                                column * convolution.stride + kx - convolution.padding, channel)
                    }
                }
            }
            return (gradients.pointer[index], sum)
        }
    }

    var biasGradients: Sample {
        (0..<convolution.outputs).map { output in
            var sum = 0.0
            for image in 0..<images {
                for row in 0..<layer.output.height {
                    for column in 0..<layer.output.width { sum += dy(image, row, column, output) }
                }
            }
            return (gradients.pointer[gradients.count - convolution.outputs + output], sum)
        }
    }
}
