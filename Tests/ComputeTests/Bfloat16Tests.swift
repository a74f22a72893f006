// Products in bfloat16: how far the rounding of their factors goes, in a layer and in a network, stated and bounded; and that
// nothing else is lost. PyTorch's own bfloat16 convolution, whose results are rounded as well, has 2.7e-3 on the same data.

import Compute
import Networks
import Testing

@testable import ComputeCPU

@Suite(.enabled(if: CPUPrecision.available.contains(.bf16), "this CPU has no AVX512_BF16"))
struct Bfloat16Tests {
    /// 5.3e-3 to 6.9e-3 over all elements, as winograd_transforms.py says of the points of forward passes, and 1.0e-2 to
    /// 1.2e-2 of those of gradients; 1.46e-2 over the few sampled of conv4's dx.
    static let (bound, gradientBound) = (8e-3, 1.7e-2)

    @Test(arguments: ConvolutionAccuracyTests.shapes)
    func roundingIsBounded(_ shape: ConvolutionAccuracyTests.Shape) throws {
        let layer = try ConvolutionRun(shape, .avx512, .bf16)
        layer.run()
        #expect(layer.error(layer.outputs) < Self.bound, "y")
        #expect(layer.error(layer.filterGradients) < Self.gradientBound, "dw")
        if layer.givesInputGradient { #expect(layer.error(layer.inputGradients) < Self.gradientBound, "dx") }
        #expect(layer.error(layer.biasGradients) < 1e-6, "db")
    }

    /// Every way to cut an image into tiles: those of five and six points, in images smaller than any layer's, are the
    /// worst.
    @Test(arguments: [3, 5]) func everySideIsCut(_ kernel: Int) throws {
        for side in 1...23 {
            let shape = ConvolutionAccuracyTests.Shape(
                "", side, 5, 18, kernel, padding: kernel / 2, images: side < 6 ? 17 : 1)
            let layer = try ConvolutionRun(shape, .avx512, .bf16)
            layer.run()
            for sample in [layer.outputs, layer.filterGradients, layer.inputGradients] {
                #expect(layer.error(sample) < 2.5e-2, "side \(side)")
            }
        }
    }

    /// The copy of the weights that a few images read is of the current ones, and gives what many images are given.
    @Test func fewImagesSeeTheSameWeights() throws {
        let scene = Scenes.torchvision.with { ($0.capacity, $0.count) = (19, 19) }
        let few = scene.with { $0.count = 2 }
        let engine = try scene.engine(Conformer.coarse[0])
        for step in 0..<2 {
            _ = try engine.evaluate(scene.batch())
            let scores = try engine.scores()
            _ = try engine.evaluate(few.batch())
            let fewScores = try engine.scores()
            #expect(fewScores == Array(scores.prefix(fewScores.count)))
            _ = try engine.train(scene.batch(UInt32(step)), scene.settings(step))
        }
    }

    @Test(arguments: KernelPath.allCases.filter { $0 != .avx512 })
    func otherKernelsRefuse(_ path: KernelPath) throws {
        let error = #expect(throws: CPUError.self) { try path.kernels(for: .bf16) }
        #expect(error?.message.contains("write fp32 or auto") == true)
    }
}
