// Where the channels of each layer lie: no network of the family needs a copy between towers.

import CCUDA
import Testing

@testable import ComputeCUDA
@testable import Networks

@Suite struct ActivationLayoutTests {
    private func layout(_ model: Model, images: Int = 4) throws -> (ActivationLayout, Network) {
        let network = AlexNet.network(model, classes: 1000)
        return (try ActivationLayout(network, images: images, floats: true), network)
    }

    /// What the layer of this name writes.
    private func output(_ name: String, _ layout: ActivationLayout, _ network: Network) throws
        -> device_tensor
    {
        let index = try #require(network.layers.firstIndex { $0.name == name })
        return layout.tensors[index + 1]
    }

    @Test func thePaperNetsTowersPassEachOtherWithoutACopy() throws {
        let (layout, network) = try layout(.alexnet)
        #expect(layout.regrouped.isEmpty)
        let towers: [(String, Int32, Int32)] = [
            ("conv1", 1, 96), ("norm1", 1, 96), ("pool1", 2, 48), ("conv2", 2, 128), ("norm2", 2, 128),
            ("pool2", 1, 256), ("conv3", 2, 192), ("conv4", 2, 192), ("conv5", 2, 128), ("pool5", 1, 256),
            ("fc8", 1, 1000),
        ]
        for (name, towers, channels) in towers {
            let tensor = try output(name, layout, network)
            #expect(tensor.towers == towers && tensor.channels == channels, "\(name)")
            #expect(tensor.padded == channels, "\(name): whole vectors already")
        }
    }

    @Test(arguments: [Model.alexnet, .torchvision])
    func theFirstConvolutionSeesBlocksOfPixelsAsChannels(_ model: Model) throws {
        let (layout, _) = try layout(model)
        #expect(layout.block == 4)
        #expect(layout.padding == (model == .torchvision ? 2 : 0))
        let input = layout.tensors[0]
        #expect((input.height, input.width, input.channels) == (57, 57, 48))
    }

    @Test(arguments: Model.allCases) func noModelNeedsACopyBetweenTowers(_ model: Model) throws {
        let (layout, network) = try layout(model)
        #expect(layout.regrouped.isEmpty)
        #expect(layout.tensors.count == network.layers.count + 1)
    }

    @Test func towersThatNobodyCanWriteAreCopied() throws {
        var builder = Network.Builder("two towers", input: Shape(6, 6, 3))
        let grouped = Convolution(outputs: 10, kernel: 3, stride: 1, padding: 1, groups: 2)
        builder.add("a", .convolution(Convolution(outputs: 6, kernel: 1, stride: 1, padding: 0, groups: 1)))
        builder.add("b", .convolution(grouped))
        builder.add("c", .convolution(Convolution(outputs: 4, kernel: 3, stride: 1, padding: 0, groups: 1)))
        builder.add("flatten", .flatten)
        builder.add("d", .linear(outputs: 3))
        let layout = try ActivationLayout(builder.network(), images: 2, floats: true)
        #expect(layout.tensors[1].towers == 2, "written as the next layer wants it")
        #expect(layout.regrouped.keys.sorted() == [2])
        #expect(layout.input(of: 2).towers == 1 && layout.input(of: 2).channels == 10)
        #expect(layout.tensors[2].padded == 8, "five channels and three zeros")
    }

    @Test func whatIsFlattenedIsStillAnImage() throws {
        var builder = Network.Builder("two towers", input: Shape(6, 6, 4))
        builder.add("a", .convolution(Convolution(outputs: 6, kernel: 3, stride: 1, padding: 0, groups: 2)))
        builder.add("flatten", .flatten)
        builder.add("b", .linear(outputs: 3))
        let input = try ActivationLayout(builder.network(), images: 2, floats: true).input(of: 2)
        #expect((input.towers, input.height, input.width, input.channels) == (1, 4, 4, 6))
    }

    @Test func scoresThatAreAnImageAreRefused() {
        var builder = Network.Builder("image", input: Shape(6, 6, 3))
        builder.add("a", .convolution(Convolution(outputs: 6, kernel: 1, stride: 1, padding: 0, groups: 1)))
        #expect(throws: CUDAError.self) { try ActivationLayout(builder.network(), images: 2, floats: true) }
    }

    /// A parameter's numbers on the device: the canonical ones and padding.
    @Test func weightsOfBlocksHaveRoomForWholeBlocks() throws {
        let (layout, _) = try layout(.alexnet)
        let weight = device_weight(
            Convolution(outputs: 96, kernel: 11, stride: 4, padding: 0, groups: 1), inputs: 3,
            x: layout.tensors[0], y: layout.tensors[1], block: 4)
        #expect(weight.deviceCount == 96 * 3 * 3 * 48)
        #expect(weight.towerCount == weight.deviceCount)
    }
}
