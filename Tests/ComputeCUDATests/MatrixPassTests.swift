// Each product of a linear layer, run by a plan, beside plain loops in double.

import CCUDA
import FakeCUDA
import Testing

@testable import ComputeCUDA

@Suite(.enabled(if: FakeCUDA.isPossible, "needs clang++")) struct MatrixPassTests {
    static let shapes = [
        MatrixShape(images: 1, inputs: 8, outputs: 8), MatrixShape(images: 3, inputs: 16, outputs: 24),
        MatrixShape(images: 8, inputs: 72, outputs: 8),
    ]

    @Test(arguments: shapes, Precision.allCases)
    func everyPassIsWhatPlainLoopsGive(_ shape: MatrixShape, _ precision: Precision) throws {
        let fake = try FakeLibraries()
        let library = try MatrixLibrary(fake.libraries.blas, on: fake.device)
        let bench = try Bench(fake.device, precision)
        let numbers = Numbers(
            inputs: shape.images * shape.inputs, weights: shape.outputs * shape.inputs, biases: shape.outputs,
            outputs: shape.images * shape.outputs)
        for pass in ConvolutionPassTests.passes {
            let product = MatrixProduct(shape: shape, pass: pass, precision: precision)
            let plans = try MatrixPlans(library, product, workspaceLimit: Bench.workspaceLimit)
            let found = try bench.run(plans, numbers)
            // A linear layer is a convolution of points.
            let points = ConvolutionShape(
                images: shape.images, inputHeight: 1, inputWidth: 1, inputs: shape.inputs,
                outputs: shape.outputs, kernelHeight: 1, kernelWidth: 1, stride: 1, padding: 0)
            let expected = ConvolutionPassTests.reference(points, pass, numbers)
            for (what, found, expected) in [
                ("input", found.input, expected.input), ("weights", found.weights, expected.weights),
                ("bias", found.bias, expected.bias), ("output", found.output, expected.output),
            ] {
                let tolerance: Float = precision == .fp32 ? 1e-5 : 1 / 256
                let difference = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
                #expect(found.count == expected.count)
                #expect(difference <= tolerance, "\(what) of \(product)")
            }
        }
    }
}
