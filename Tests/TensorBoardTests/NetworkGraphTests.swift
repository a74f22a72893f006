// The graph of each network: what the Graphs tab needs of it.

import Networks
import TensorBoard
import Testing

extension Network {
    /// The least that has a scope.
    static var tiny: Network {
        var builder = Network.Builder("tiny", input: Shape(8, 8, 3))
        builder.add("flatten", .flatten)
        builder.add("fc1", .linear(outputs: 3))
        return builder.network()
    }
}

@Suite struct NetworkGraphTests {
    static func graph(_ model: Model) -> NetworkGraph {
        NetworkGraph(AlexNet.network(model, classes: 1000), optimizer: "sgd")
    }

    @Test(arguments: Model.allCases) func noNodeIsNamedTwiceOrLikeAScope(model: Model) {
        let graph = Self.graph(model)
        let names = graph.nodes.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(!names.contains { $0.hasPrefix(name + "/") }, "\(name) is a node and a scope")
        }
    }

    @Test(arguments: Model.allCases) func everyInputIsAnOutputOfAnEarlierNode(model: Model) {
        let graph = Self.graph(model)
        var outputs: [String: Int] = [:]
        for node in graph.nodes {
            for input in node.inputs {
                let parts = input.split(separator: ":")
                let index = parts.count == 2 ? Int(parts[1]) ?? .max : 0
                #expect(index < outputs[String(parts[0])] ?? 0, "\(node.name) takes \(input)")
            }
            outputs[node.name] = node.outputs.count
        }
    }

    @Test(arguments: Model.allCases) func nothingIsDrawnAsAnAnnotation(model: Model) {
        let graph = Self.graph(model)
        #expect(!graph.nodes.contains { $0.operation == "Const" || $0.operation.hasSuffix("Summary") })
    }

    @Test func theChainOfThePaper() {
        let graph = Self.graph(.alexnet)
        let scopes = graph.nodes.map { String($0.name.split(separator: "/")[0]) }
        var chain: [String] = []
        for scope in scopes where chain.last != scope { chain.append(scope) }
        #expect(
            chain == [
                "input", "labels", "conv1", "norm1", "pool1", "conv2", "norm2", "pool2", "conv3", "conv4",
                "conv5",
                "pool5", "flatten", "fc6", "dropout6", "fc7", "dropout7", "fc8", "loss", "error", "gradients",
                "optimizer",
            ])
        let nodes = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.name, $0) })
        #expect(nodes["conv1/weight"]?.outputs == [[96, 3, 11, 11]])
        #expect(nodes["conv1/weight"]?.attributes["parameters"] == .integer(34848))
        #expect(nodes["conv1/Conv2D"]?.attributes["parameters"] == .integer(34944))
        #expect(nodes["conv2/Conv2D"]?.inputs == ["pool1", "conv2/weight"])
        #expect(nodes["conv2/Conv2D"]?.attributes["groups"] == .integers([2]))
        #expect(nodes["conv1/relu1"]?.outputs == [[-1, 55, 55, 96]])
        #expect(nodes["norm1"]?.inputs == ["conv1/relu1"])
        #expect(nodes["fc6/MatMul"]?.inputs == ["flatten", "fc6/weight"])
        #expect(nodes["fc6/MatMul"]?.outputs == [[-1, 4096]])
        #expect(nodes["loss"]?.inputs == ["fc8/BiasAdd", "labels"])
    }

    @Test func backFromTheLossLayerByLayer() {
        let graph = Self.graph(.alexnet)
        let nodes = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.name, $0) })
        #expect(nodes["gradients/loss"]?.outputs == [[-1, 1000]])
        #expect(nodes["gradients/fc8/MatMul"]?.inputs == ["gradients/loss", "dropout7", "fc8/weight"])
        #expect(nodes["gradients/fc8/MatMul"]?.outputs == [[1000, 4096], [1000], [-1, 4096]])
        #expect(nodes["gradients/dropout7"]?.inputs == ["gradients/fc8/MatMul:2"])
        #expect(nodes["gradients/flatten"]?.outputs == [[-1, 6, 6, 256]])
        #expect(nodes["gradients/conv5/relu5"]?.inputs == ["gradients/pool5", "conv5/relu5"])
        #expect(nodes["gradients/norm1"]?.inputs == ["gradients/pool1", "conv1/relu1", "norm1"])
        #expect(nodes["gradients/conv5/relu5"]?.outputs == [[-1, 13, 13, 256]])
        #expect(nodes["gradients/norm1"]?.outputs == [[-1, 55, 55, 96]])
        // The first layer's input has no gradient.
        #expect(nodes["gradients/conv1/Conv2D"]?.outputs == [[96, 3, 11, 11], [96]])
        #expect(
            nodes["optimizer/conv1"]?.inputs == [
                "conv1/weight", "conv1/bias", "gradients/conv1/Conv2D", "gradients/conv1/Conv2D:1",
                "optimizer/learning_rate",
            ])
        #expect(nodes["optimizer/conv1"]?.outputs == [[96, 3, 11, 11], [96]])
    }

    @Test func aBatchNormalisationIsAScope() {
        let graph = Self.graph(.alexnetBN)
        let nodes = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.name, $0) })
        let variables = ["weight", "bias", "running_mean", "running_var"].map { "norm1/\($0)" }
        #expect(variables.allSatisfy { nodes[$0]?.outputs == [[96]] })
        #expect(nodes["norm1/FusedBatchNorm"]?.inputs == ["conv1/relu1"] + variables)
        #expect(nodes["norm1/FusedBatchNorm"]?.outputs == [[-1, 55, 55, 96]])
        #expect(nodes["pool1"]?.inputs == ["norm1/FusedBatchNorm"])
        #expect(
            nodes["gradients/norm1/FusedBatchNorm"]?.inputs == [
                "gradients/pool1", "conv1/relu1", "norm1/weight",
            ])
        #expect(nodes["gradients/norm1/FusedBatchNorm"]?.outputs == [[96], [96], [-1, 55, 55, 96]])
        #expect(nodes["optimizer/norm1"]?.inputs.prefix(2) == ["norm1/weight", "norm1/bias"])
    }

    @Test(arguments: Model.allCases) func eachLayerHasItsNodes(model: Model) {
        let graph = Self.graph(model)
        let network = AlexNet.network(model, classes: 1000)
        for layer in network.layers {
            #expect(graph.node(.forward, of: layer.name)?.outputs.count == 1)
            #expect(graph.node(.backward, of: layer.name)?.outputs.isEmpty == false)
            #expect((graph.node(.update, of: layer.name) != nil) == (layer.parameterPrefix != nil))
        }
        #expect(graph.node(.backward, of: "loss")?.name == "gradients/loss")
        #expect(graph.node(.forward, of: "conv9") == nil)
        let parameters = network.layers.compactMap {
            graph.node(.update, of: $0.name)?.attributes["parameters"]
        }
        #expect(
            parameters.reduce(0) { if case .integer(let count) = $1 { $0 + count } else { $0 } }
                == network.parameterCount)
    }

    @Test func measurementsBecomeOperationsOfTheGraph() {
        let metadata = Self.graph(.alexnet).runMetadata(
            [
                .init("conv1", .forward, start: 5, duration: 7, scratchBytes: 11),
                .init("conv1", .update, start: 12, duration: 1),
                .init("elsewhere", .forward, start: 0, duration: 1),
            ], batch: 2)
        #expect(
            metadata.operations == [
                .init(
                    node: "conv1/Conv2D", start: 5, duration: 7, bytes: 4 * 2 * 55 * 55 * 96 + 11,
                    outputs: [[2, 55, 55, 96]]),
                .init(
                    node: "optimizer/conv1", start: 12, duration: 1, bytes: 4 * 34944,
                    outputs: [[96, 3, 11, 11], [96]]),
            ])
    }

    @Test func equalGraphsHaveEqualBytesWithoutWeights() {
        let network = AlexNet.network(.alexnet, classes: 1000)
        let bytes = (0..<2).map { _ in NetworkGraph(network, optimizer: "sgd").encoded() }
        #expect(bytes[0] == bytes[1])
        #expect(bytes[0].count < 30_000)
    }

    /// GraphDef, one node: worked out by hand from proto/graph.proto.
    @Test func firstNodesBytes() {
        let bytes = NetworkGraph(.tiny, optimizer: "sgd").encoded()
        let shape: [UInt8] =
            [0x12, 11, 0x08] + Array(repeating: 0xFF, count: 9) + [0x01]  // 2: dim 1: size −1
            + [0x12, 2, 0x08, 8, 0x12, 2, 0x08, 8, 0x12, 2, 0x08, 3]
        #expect(
            Array(bytes.prefix(99)) == [
                0x0A, 97, 0x0A, 5,
            ] + Array("input".utf8)  // 1: node 1: name
                + [0x12, 11] + Array("Placeholder".utf8)  // 2: op
                + [0x22, 13] + Array("/device:CPU:0".utf8)  // 4: device
                + [0x2A, 47, 0x0A, 14] + Array("_output_shapes".utf8)  // 5: attr 1: key
                + [0x12, 29, 0x0A, 27, 0x3A, 25] + shape  // 2: value 1: list 7: shape
                + [0x2A, 11, 0x0A, 5] + Array("dtype".utf8) + [0x12, 2, 0x30, 1])  // 6: type DT_FLOAT
    }
}
