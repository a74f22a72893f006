// Products in bfloat16: how far the rounding of their factors goes, in a layer and in a network, stated and bounded; and that
// nothing else is lost. PyTorch's own bfloat16 convolution, whose results are rounded as well, has 2.7e-3 on the same data.

import Compute
import Networks
import Testing

@testable import ComputeCPU

@Suite(.enabled(if: CPUPrecision.available.contains(.bf16), "this CPU has no AVX512_BF16"))
struct Bfloat16Tests {
    /// 5.3e-3 to 6.9e-3 over all elements, as winograd_transforms.py says of its points; 9.4e-3 over the few sampled of
    /// conv4's dx.
    static let bound = 1.1e-2

    @Test(arguments: ConvolutionAccuracyTests.shapes)
    func roundingIsBounded(_ shape: ConvolutionAccuracyTests.Shape) throws {
        let layer = try ConvolutionRun(shape, .avx512, .bf16)
        layer.run()
        for (tensor, sample) in [("y", layer.outputs), ("dw", layer.filterGradients)] {
            #expect(layer.error(sample) < Self.bound, "\(tensor)")
        }
        if layer.givesInputGradient { #expect(layer.error(layer.inputGradients) < Self.bound, "dx") }
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

    /// Where a unit near zero or a window near a tie decides otherwise, a gradient of so few images jumps: its bound is loose
    /// (0.23 measured, in the first layer).
    @Test(arguments: Scenes.all) func computesWhatTheReferenceComputes(_ scene: Scene) throws {
        let batch = scene.batch()
        let (engine, reference) = (try scene.engine(Conformer.coarse[0]), try scene.engine(.reference))
        let (ours, theirs) = (try engine.evaluate(batch), try reference.evaluate(batch))
        #expect(abs(ours.loss - theirs.loss) < 2e-2 * max(theirs.loss, 1))
        #expect(distance(engine.scores(), reference.scores()) < 3e-2)
        _ = try engine.train(batch, scene.settings(detail: .moments))
        _ = try reference.train(batch, scene.settings(detail: .moments))
        let (gradients, expected) = (engine.read(.gradients), reference.read(.gradients))
        for (index, parameter) in scene.network.parameters.enumerated() where parameter.role.isLearned {
            #expect(difference(gradients[index], expected[index]) < 0.35, "\(parameter.name)")
        }
    }

    /// Root of mean squares, relative to that of what is expected.
    private func difference(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Double {
        let squares = zip(a, b).reduce((0.0, 0.0)) {
            let difference = Double($1.0) - Double($1.1)
            return ($0.0 + difference * difference, $0.1 + Double($1.1) * Double($1.1))
        }
        return squares.1 == 0 ? squares.0 : (squares.0 / squares.1).squareRoot()
    }

    /// The copy of the weights that a few images read is of the current ones, and gives what many images are given.
    @Test func fewImagesSeeTheSameWeights() throws {
        let scene = Scenes.torchvision.with { ($0.capacity, $0.count) = (19, 19) }
        let few = scene.with { $0.count = 2 }
        let engine = try scene.engine(Conformer.coarse[0])
        for step in 0..<2 {
            _ = try engine.evaluate(scene.batch())
            let scores = engine.scores()
            _ = try engine.evaluate(few.batch())
            #expect(engine.scores() == Array(scores.prefix(engine.scores().count)))
            _ = try engine.train(scene.batch(UInt32(step)), scene.settings(step))
        }
    }

    @Test(arguments: KernelPath.allCases.filter { $0 != .avx512 })
    func otherKernelsRefuse(_ path: KernelPath) throws {
        let error = #expect(throws: CPUError.self) { try path.kernels(for: .bf16) }
        #expect(error?.message.contains("write fp32 or auto") == true)
    }
}
