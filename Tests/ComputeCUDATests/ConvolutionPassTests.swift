// Each pass of a convolution, run by a plan, beside plain loops in double.

import CCUDA
import FakeCUDA
import Testing

@testable import ComputeCUDA

@Suite(.enabled(if: FakeCUDA.isPossible, "needs clang++")) struct ConvolutionPassTests {
    static let shapes = [
        // Square, and odd in everything.
        shape(2, 5, 5, 8, 16, 3, 3, 1, 1), shape(1, 7, 6, 16, 8, 5, 3, 1, 2),
        // Without padding; a stride that leaves a column over; a point.
        shape(3, 6, 4, 8, 8, 3, 3, 1, 0), shape(2, 8, 6, 8, 8, 3, 3, 2, 1), shape(2, 3, 3, 24, 8, 1, 1, 1, 0),
    ]

    private static func shape(
        _ images: Int, _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, _ kernelHeight: Int,
        _ kernelWidth: Int, _ stride: Int, _ padding: Int
    ) -> ConvolutionShape {
        ConvolutionShape(
            images: images, inputHeight: height, inputWidth: width, inputs: inputs, outputs: outputs,
            kernelHeight: kernelHeight, kernelWidth: kernelWidth, stride: stride, padding: padding)
    }

    static let passes: [Pass] = [
        .forward(relu: true), .forward(relu: false), .inputGradient(adding: false),
        .inputGradient(adding: true), .weightGradient,
    ]

    @Test(arguments: shapes, Precision.allCases)
    func everyPassIsWhatPlainLoopsGive(_ shape: ConvolutionShape, _ precision: Precision) throws {
        let fake = try FakeLibraries()
        let library = try CudnnLibrary(fake.libraries.dnn, on: fake.device)
        let bench = try Bench(fake.device, precision)
        let numbers = Numbers(
            inputs: shape.inputElements, weights: shape.weightElements, biases: shape.outputs,
            outputs: shape.outputElements)
        for pass in Self.passes {
            let convolution = ConvolutionProduct(shape: shape, pass: pass, precision: precision)
            let plans = try ConvolutionPlans(library, convolution, workspaceLimit: Bench.workspaceLimit)
            let found = try bench.run(plans, numbers)
            let expected = Self.reference(shape, pass, numbers)
            for (what, found, expected) in [
                ("input", found.input, expected.input), ("weights", found.weights, expected.weights),
                ("bias", found.bias, expected.bias), ("output", found.output, expected.output),
            ] {
                // One rounding at the end of a sum in fp32: 2⁻⁹ of it as bf16, 2⁻¹¹ of each factor as tf32.
                let tolerance: Float = precision == .fp32 ? 1e-5 : 1 / 256
                let difference = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
                #expect(found.count == expected.count)
                #expect(difference <= tolerance, "\(what) of \(convolution)")
            }
        }
    }

    @Test func aCapturedPlanGivesTheSameBits() throws {
        let fake = try FakeLibraries()
        let library = try CudnnLibrary(fake.libraries.dnn, on: fake.device)
        let shape = Self.shapes[0]
        let numbers = Numbers(
            inputs: shape.inputElements, weights: shape.weightElements, biases: shape.outputs,
            outputs: shape.outputElements)
        let bench = try Bench(fake.device, .bf16)
        for pass in Self.passes {
            let plans = try ConvolutionPlans(
                library, ConvolutionProduct(shape: shape, pass: pass, precision: .bf16),
                workspaceLimit: Bench.workspaceLimit)
            let (first, second) = (
                try bench.run(plans, numbers), try bench.run(plans, numbers, captures: true)
            )
            #expect(first == second, "\(pass)")
        }
    }

    @Test func anEngineThatIsGoneIsReplacedByOneThatIsThere() throws {
        let fake = try FakeLibraries()
        let library = try CudnnLibrary(fake.libraries.dnn, on: fake.device)
        let shape = Self.shapes[0]
        let plans = try ConvolutionPlans(
            library, ConvolutionProduct(shape: shape, pass: .weightGradient, precision: .bf16),
            workspaceLimit: Bench.workspaceLimit)
        let numbers = Numbers(
            inputs: shape.inputElements, weights: shape.weightElements, biases: shape.outputs,
            outputs: shape.outputElements)
        let bench = try Bench(fake.device, .bf16)
        let gone = CudnnChoice(engine: 9999, knobs: [2: 1]).description
        _ = try bench.cache.keep(gone, microseconds: 1, for: plans.key, insteadOf: nil)
        let found = try bench.run(plans, numbers)
        let kept = try #require(try bench.cache.choice(plans.key))
        #expect(kept != gone)
        #expect(try plans.plan(#require(CudnnChoice(kept))).choice.description == kept)
        #expect(try bench.run(plans, numbers) == found)
    }

    // MARK: - Plain loops

    static func reference(_ shape: ConvolutionShape, _ pass: Pass, _ numbers: Numbers) -> Numbers {
        var input = numbers.input.map(Double.init)
        var weights = numbers.weights.map(Double.init)
        var output = numbers.output.map(Double.init)
        switch pass {
        case .forward:
            output = output.indices.map { Double(numbers.bias[$0 % shape.outputs]) }
        case .inputGradient(let adding):
            if !adding { input = input.map { _ in 0 } }
        case .weightGradient:
            weights = weights.map { _ in 0 }
        }
        forEachProduct(shape) { i, w, o in
            switch pass {
            case .forward: output[o] += input[i] * weights[w]
            case .inputGradient: input[i] += output[o] * weights[w]
            case .weightGradient: weights[w] += output[o] * input[i]
            }
        }
        if pass == .forward(relu: true) { output = output.map { max($0, 0) } }
        return Numbers(
            input: input.map(Float.init), weights: weights.map(Float.init), bias: numbers.bias,
            output: output.map(Float.init))
    }

    /// Indices of input, weight and output that meet.
    private static func forEachProduct(_ shape: ConvolutionShape, _ body: (Int, Int, Int) -> Void) {
        for image in 0..<shape.images {
            for y in 0..<shape.outputHeight {
                for x in 0..<shape.outputWidth {
                    for row in 0..<shape.kernelHeight {
                        for column in 0..<shape.kernelWidth {
                            let (top, left) = (
                                y * shape.stride + row - shape.padding,
                                x * shape.stride + column - shape.padding
                            )
                            guard (0..<shape.inputHeight).contains(top), (0..<shape.inputWidth).contains(left)
                            else { continue }
                            for k in 0..<shape.outputs {
                                for c in 0..<shape.inputs {
                                    body(
                                        ((image * shape.inputHeight + top) * shape.inputWidth + left)
                                            * shape.inputs + c,
                                        ((k * shape.kernelHeight + row) * shape.kernelWidth + column)
                                            * shape.inputs + c,
                                        ((image * shape.outputHeight + y) * shape.outputWidth + x)
                                            * shape.outputs + k)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
