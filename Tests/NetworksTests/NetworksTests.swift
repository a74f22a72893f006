// The models are what their sources say: parameters, shapes, names, operations.

import Testing

@testable import Networks

@Suite struct NetworksTests {
    private func network(_ model: Model, width: Double = 1, dropout: Float = 0.5) -> Network {
        AlexNet.network(model, classes: 1000, width: width, dropout: dropout)
    }

    @Test(arguments: [
        (Model.alexnet, 60_965_224), (.alexnetSingle, 62_378_344), (.alexnetBN, 62_379_048),
        (.torchvision, 61_100_840),
    ])
    func parameterCount(_ model: Model, _ count: Int) {
        #expect(network(model).parameterCount == count)
    }

    @Test(arguments: [Model.alexnet, .alexnetSingle, .alexnetBN]) func shapesOfThePaper(_ model: Model) {
        let network = network(model)
        #expect(network.input == Shape(227, 227, 3))
        let outputs = Dictionary(uniqueKeysWithValues: network.layers.map { ($0.name, $0.output) })
        #expect(outputs["conv1"] == Shape(55, 55, 96))
        #expect(outputs["pool1"] == Shape(27, 27, 96))
        #expect(outputs["conv2"] == Shape(27, 27, 256))
        #expect(outputs["pool2"] == Shape(13, 13, 256))
        #expect(outputs["conv3"] == Shape(13, 13, 384))
        #expect(outputs["conv4"] == Shape(13, 13, 384))
        #expect(outputs["conv5"] == Shape(13, 13, 256))
        #expect(outputs["pool5"] == Shape(6, 6, 256))
        #expect(outputs["flatten"] == Shape(1, 1, 9216))
        #expect(outputs["fc7"] == Shape(1, 1, 4096))
        #expect(network.classes == 1000)
    }

    @Test func orderOfLayersInThePaper() {
        // Krizhevsky et al. 2012, section 3.5: normalisation comes after ReLU and before pooling.
        #expect(
            network(.alexnet).layers.map(\.name) == [
                "conv1", "relu1", "norm1", "pool1", "conv2", "relu2", "norm2", "pool2", "conv3", "relu3",
                "conv4",
                "relu4", "conv5", "relu5", "pool5", "flatten", "fc6", "relu6", "dropout6", "fc7", "relu7",
                "dropout7", "fc8",
            ])
    }

    @Test(arguments: Model.allCases) func eachLayerTakesWhatTheOneBeforeGives(_ model: Model) {
        let network = network(model)
        var shape = network.input
        for layer in network.layers {
            #expect(layer.input == shape, "\(layer.name)")
            shape = layer.output
        }
        #expect(Set(network.layers.map(\.name)).count == network.layers.count)
        for parameter in network.parameters {
            #expect(parameter.name.hasPrefix(network.layers[parameter.layer].parameterPrefix ?? "?"))
        }
    }

    @Test func multiplyAddsOfThePaper() {
        // 724 million multiply-adds forward; a training step is three times that less conv1's input gradient.
        let network = network(.alexnet)
        #expect((Double(network.forwardFLOPs) / 2e6).rounded() == 724)
        #expect(abs(Double(network.trainingFLOPs) / 1e9 - 4.14) < 0.01)
        let first = 2 * 55 * 55 * 96 * 11 * 11 * 3
        #expect(network.layers[0].forwardFLOPs == first)
        #expect(network.trainingFLOPs == 3 * network.forwardFLOPs - first)
    }

    @Test func parametersOfThePaper() {
        let shapes = network(.alexnet).parameters.filter { $0.role == .weight }.map(\.shape)
        #expect(
            shapes == [
                [96, 3, 11, 11], [256, 48, 5, 5], [384, 256, 3, 3], [384, 192, 3, 3], [256, 192, 3, 3],
                [4096, 9216], [4096, 4096], [1000, 4096],
            ])
    }

    /// `torchvision.models.alexnet().state_dict()`, keys and shapes in its order.
    @Test func torchvisionsStateDictionary() {
        let expected: [(String, [Int])] = [
            ("features.0.weight", [64, 3, 11, 11]), ("features.0.bias", [64]),
            ("features.3.weight", [192, 64, 5, 5]), ("features.3.bias", [192]),
            ("features.6.weight", [384, 192, 3, 3]), ("features.6.bias", [384]),
            ("features.8.weight", [256, 384, 3, 3]), ("features.8.bias", [256]),
            ("features.10.weight", [256, 256, 3, 3]), ("features.10.bias", [256]),
            ("classifier.1.weight", [4096, 9216]), ("classifier.1.bias", [4096]),
            ("classifier.4.weight", [4096, 4096]), ("classifier.4.bias", [4096]),
            ("classifier.6.weight", [1000, 4096]), ("classifier.6.bias", [1000]),
        ]
        let parameters = network(.torchvision).parameters
        #expect(parameters.map(\.name) == expected.map(\.0))
        #expect(parameters.map(\.shape) == expected.map(\.1))
        let convolutions = network(.torchvision).layers.filter { $0.name.hasPrefix("conv") }
        #expect(convolutions.map(\.output.height) == [55, 27, 13, 13, 13])
    }

    @Test(arguments: Model.allCases) func widthScalesHiddenLayersOnly(_ model: Model) {
        let narrow = network(model, width: 0.125)
        for (full, scaled) in zip(network(model).layers, narrow.layers) where full.name != "fc8" {
            switch full.operation {
            case .convolution, .linear:
                #expect(scaled.output.channels == full.output.channels / 8, "\(full.name)")
            default: break
            }
        }
        #expect(narrow.classes == 1000)
        #expect(narrow.input == network(model).input)
    }

    @Test(arguments: [0.001, 0.03, 0.1, 0.33, 0.7, 1.5]) func everyWidthSplitsIntoTwoGroups(_ width: Double) {
        for layer in network(.alexnet, width: width).layers
        where layer.name != "fc8" && layer.parameterPrefix != nil {
            #expect(layer.output.channels >= 2 && layer.output.channels % 2 == 0, "\(layer.name)")
        }
    }

    @Test(arguments: Model.allCases) func noDropoutMeansNoSuchLayers(_ model: Model) {
        func dropouts(_ network: Network) -> [Layer] {
            network.layers.filter { if case .dropout = $0.operation { true } else { false } }
        }
        #expect(dropouts(network(model, dropout: 0)).isEmpty)
        #expect(dropouts(network(model)).count == 2)
        #expect(network(model, dropout: 0).parameters.map(\.name) == network(model).parameters.map(\.name))
    }

    @Test(arguments: Model.allCases) func dropoutAfterEachPool(_ model: Model) {
        let network = AlexNet.network(model, classes: 10, width: 0.125, dropout: 0, poolDropout: 0.25)
        let names = network.layers.map(\.name)
        for (pool, drop) in [("pool1", "dropout1"), ("pool2", "dropout2"), ("pool5", "dropout5")] {
            #expect(names.firstIndex(of: pool).map { $0 + 1 } == names.firstIndex(of: drop))
        }
        #expect(network.parameters.map(\.name) == self.network(model).parameters.map(\.name))
    }

    /// What `state_dict()` has of a net of these names, but for num_batches_tracked.
    @Test func batchNormalisationInPlaceOfLRN() {
        let network = network(.alexnetBN)
        #expect(network.layers.map(\.name) == self.network(.alexnetSingle).layers.map(\.name))
        #expect(
            network.parameters.filter { $0.shape == [256] && $0.layer == 6 }.map(\.name) == [
                "norm2.weight", "norm2.bias", "norm2.running_mean", "norm2.running_var",
            ])
        #expect(network.parameters.count { !$0.role.isLearned } == 4)
        #expect(network.forwardFLOPs == self.network(.alexnetSingle).forwardFLOPs)
    }

    /// As torch.nn.BatchNorm2d begins, whatever the scheme.
    @Test(arguments: [Initializer.he, .torch, .cudaConvnet, .paper, .caffe])
    func batchNormalisationsBeginAlike(_ initializer: Initializer) {
        let network = network(.alexnetBN, width: 0.125)
        for (index, parameter) in network.parameters.enumerated()
        where network.layers[parameter.layer].name == "norm1" {
            let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: parameter.count)
            defer { values.deallocate() }
            initializer.fill(values, index, of: network, seed: 1)
            let expected: Float = [.weight, .runningVariance].contains(parameter.role) ? 1 : 0
            #expect(values.allSatisfy { $0 == expected }, "\(parameter.name)")
        }
    }

    @Test func aSmallNetwork() {
        var builder = Network.Builder("small", input: Shape(5, 5, 3))
        builder.add(
            "conv", .convolution(Convolution(outputs: 4, kernel: 3, stride: 2, padding: 0, groups: 1)))
        builder.add("flatten", .flatten)
        builder.add("fc", .linear(outputs: 2), parameterPrefix: "classifier")
        let network = builder.network()
        #expect(
            network.parameters.map(\.name) == [
                "conv.weight", "conv.bias", "classifier.weight", "classifier.bias",
            ])
        #expect(network.parameters.map(\.layer) == [0, 0, 2, 2])
        #expect(network.forwardFLOPs == 2 * (16 * 27 + 16 * 2))
        #expect(network.classes == 2)
    }
}
