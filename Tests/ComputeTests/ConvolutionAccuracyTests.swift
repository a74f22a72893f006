// The convolutions of the AlexNet family at their full size, both gradients included, against sums in double: how far a
// path's rounding goes, stated and bounded. Elements are sampled, since a debug build would take minutes over all.

import Testing

@testable import ComputeCPU
@testable import Networks

@Suite struct ConvolutionAccuracyTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let convolution: Convolution
        let side: Int
        let channels: Int
        let images: Int

        init(
            _ description: String, _ side: Int, _ channels: Int, _ outputs: Int, _ kernel: Int,
            stride: Int = 1, padding: Int, groups: Int = 1, images: Int
        ) {
            testDescription = description
            convolution = Convolution(
                outputs: outputs, kernel: kernel, stride: stride, padding: padding, groups: groups)
            (self.side, self.channels, self.images) = (side, channels, images)
        }

        /// The worst measured is 5.1e-6, in the gradient of conv4's input; 2e-7 on the reference path.
        var bound: Double { 7e-6 }
    }

    static let shapes = [
        Shape("conv1", 227, 3, 96, 11, stride: 4, padding: 0, images: 1),
        Shape("conv2", 27, 96, 256, 5, padding: 2, groups: 2, images: 2),
        Shape("conv3", 13, 256, 384, 3, padding: 1, images: 9),
        Shape("conv4", 13, 384, 384, 3, padding: 1, groups: 2, images: 2),
        Shape("conv5", 13, 384, 256, 3, padding: 1, groups: 2, images: 1),
        Shape("torchvision's conv1", 224, 3, 64, 11, stride: 4, padding: 2, images: 1),
        Shape("torchvision's conv2", 27, 64, 192, 5, padding: 2, images: 1),
        Shape("conv2 at an eighth of the width", 27, 12, 32, 5, padding: 2, groups: 2, images: 17),
    ]

    @Test(arguments: KernelPath.available, shapes)
    func roundingIsBounded(_ path: KernelPath, _ shape: Shape) throws {
        let layer = try ConvolutionRun(shape, path)
        layer.run()
        for (tensor, sample) in [("y", layer.outputs), ("dw", layer.filterGradients)] {
            #expect(layer.error(sample) < shape.bound, "\(tensor)")
        }
        if layer.givesInputGradient { #expect(layer.error(layer.inputGradients) < shape.bound, "dx") }
        #expect(layer.error(layer.biasGradients) < 1e-6, "db")
    }

    /// Every way to cut an image into tiles, and chunks of channels that are not full.
    @Test(arguments: [3, 5]) func everySideIsCut(_ kernel: Int) throws {
        for path in KernelPath.available where path != .reference {
            for side in 1...23 {
                let shape = Shape("", side, 5, 18, kernel, padding: kernel / 2, images: side < 6 ? 17 : 1)
                let layer = try ConvolutionRun(shape, path)
                layer.run()
                for sample in [layer.outputs, layer.filterGradients, layer.inputGradients] {
                    #expect(layer.error(sample) < shape.bound, "\(path), side \(side)")
                }
            }
        }
    }

    /// Equal sums in equal order, rounded once for each multiply-add: however wide the registers are.
    @Test(
        .enabled(if: KernelPath.available.contains(.avx512), "this CPU has no AVX-512"), arguments: shapes)
    func bothVectorWidthsGiveTheSameBits(_ shape: Shape) throws {
        let (wide, narrow) = (try ConvolutionRun(shape, .avx512), try ConvolutionRun(shape, .avx2))
        wide.run()
        narrow.run()
        #expect(wide.bytes == narrow.bytes)
    }
}
