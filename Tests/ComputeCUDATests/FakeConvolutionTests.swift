// cuDNN of the fake GPU against plain loops: all three passes, with stride, padding, bias and ReLU.

import CCUDA
import FakeCUDA
import Foundation
import Testing

@Suite(.enabled(if: FakeCUDA.isPossible, "no clang++"))
struct FakeConvolutionTests {
    /// 2 images of 5 × 4 with 8 channels, 3 × 3 taps, stride 2, padding 1: 8 channels of 3 × 2.
    private let images = 2, height = 5, width = 4, channels = 8
    private let outputs = 8, outputHeight = 3, outputWidth = 2

    private func values(_ count: Int, _ seed: Int) -> [Float] {
        (0..<count).map { Float(($0 * 37 + seed * 11) % 17 - 8) / 4 }
    }

    private var x: [Float] { values(images * height * width * channels, 1) }
    private var w: [Float] { values(outputs * 9 * channels, 2) }
    private var y: [Float] { values(images * outputHeight * outputWidth * outputs, 3) }

    /// Calls `body` with the places of each product: in x, in w, in y (all NHWC).
    private func products(_ body: (Int, Int, Int) -> Void) {
        for n in 0..<images {
            for (row, column) in (0..<outputHeight).flatMap({ row in (0..<outputWidth).map { (row, $0) } }) {
                for (r, s) in (0..<3).flatMap({ r in (0..<3).map { (r, $0) } }) {
                    let (inputRow, inputColumn) = (row * 2 - 1 + r, column * 2 - 1 + s)
                    guard (0..<height).contains(inputRow), (0..<width).contains(inputColumn) else { continue }
                    for (k, c) in (0..<outputs).flatMap({ k in (0..<channels).map { (k, $0) } }) {
                        body(
                            ((n * height + inputRow) * width + inputColumn) * channels + c,
                            ((k * 3 + r) * 3 + s) * channels + c,
                            ((n * outputHeight + row) * outputWidth + column) * outputs + k)
                    }
                }
            }
        }
    }

    @Test func forwardAddsABiasAndCutsAtZero() throws {
        let library = try FakeNetworks()
        let bias = values(outputs, 4)
        let graph = try library.graph(
            library.forward(tensor(library, 1), tensor(library, 2), tensor(library, 5))
                + [
                    library.pointwise(
                        CUDNN_POINTWISE_ADD, tensor(library, 5), tensor(library, 3), tensor(library, 6)),
                    library.pointwise(
                        CUDNN_POINTWISE_RELU_FORWARD, tensor(library, 6), nil, tensor(library, 4)),
                ])
        var expected = (0..<y.count).map { bias[$0 % outputs] }
        let (x, w) = (x, w)
        products { expected[$2] += x[$0] * w[$1] }
        let output = try library.device.upload(y)
        try library.run(
            graph,
            [
                1: library.device.upload(x), 2: library.device.upload(w), 3: library.device.upload(bias),
                4: output,
            ])
        let got = try library.device.read(output, as: Float(0), count: y.count)
        #expect(zip(got, expected).allSatisfy { abs($0 - max(0, $1)) < 1e-4 })
    }

    @Test(arguments: [Float(0), 1]) func gradientsAreTheTransposedSums(beta: Float) throws {
        let library = try FakeNetworks()
        let (x, w, y) = (x, w, y)
        var expected = (input: x.map { $0 * beta }, weights: w.map { $0 * beta })
        products {
            expected.input[$0] += w[$1] * y[$2]
            expected.weights[$1] += x[$0] * y[$2]
        }
        let (input, weights) = (try library.device.upload(x), try library.device.upload(w))
        let output = try library.device.upload(y)
        let data = try library.graph([
            library.operation(
                CUDNN_OPERATION_CONVOLUTION_BACKWARD_DATA, CUDNN_BACKWARD_DATA_ALPHA, beta: beta,
                [tensor(library, 2), tensor(library, 1), tensor(library, 4)])
        ])
        let filter = try library.graph([
            library.operation(
                CUDNN_OPERATION_CONVOLUTION_BACKWARD_FILTER, CUDNN_BACKWARD_FILTER_ALPHA, beta: beta,
                [tensor(library, 2), tensor(library, 1), tensor(library, 4)])
        ])
        try library.run(filter, [1: input, 2: weights, 4: output])
        let gotWeights = try library.device.read(weights, as: Float(0), count: w.count)
        try library.device.write(w, to: weights)
        try library.run(data, [1: input, 2: weights, 4: output])
        let gotInput = try library.device.read(input, as: Float(0), count: x.count)
        #expect(zip(gotWeights, expected.weights).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(zip(gotInput, expected.input).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func whatIsMissingOrWrongIsRefusedInWords() throws {
        let library = try FakeNetworks()
        let tensor = try library.descriptor(CUDNN_TENSOR)
        #expect(library.table.finalize(tensor) == 2000)
        #expect(library.lastError.contains("no attribute 900"))
        #expect(library.set(tensor, CUDNN_TENSOR_ALIGNMENT, CUDNN_TYPE_INT32, [Int32(16)]) == 2010)
        #expect(library.set(tensor, CUDNN_PLAN_HANDLE, CUDNN_TYPE_HANDLE, [0]) == 2000)
    }

    /// x 1, w 2, bias 3, y 4; 5 and 6 are between convolution, sum and ReLU.
    private func tensor(_ library: FakeNetworks, _ id: Int) throws -> cudnn_descriptor? {
        let (n, c, h, w) =
            switch id {
            case 1: (images, channels, height, width)
            case 2: (outputs, channels, 3, 3)
            case 3: (1, outputs, 1, 1)
            default: (images, outputs, outputHeight, outputWidth)
            }
        return try library.made(
            CUDNN_TENSOR,
            [
                (CUDNN_TENSOR_ALIGNMENT, CUDNN_TYPE_INT64, .integers([16])),
                (CUDNN_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, .enumeration(CUDNN_DATA_FLOAT)),
                (CUDNN_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, .integers([n, c, h, w])),
                (CUDNN_TENSOR_STRIDES, CUDNN_TYPE_INT64, .integers([h * w * c, 1, w * c, c])),
                (CUDNN_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, .integers([id])),
                (CUDNN_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, .truth(id > 4)),
            ])
    }
}
