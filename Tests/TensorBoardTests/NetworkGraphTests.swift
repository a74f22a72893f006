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
        NetworkGraph(AlexNet.network(model, classes: 1000), optimizer: "SGD", device: "/device:CPU:0")
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
                "pool5", "flatten", "fc6", "dropout6", "fc7", "dropout7", "fc8", "loss", "error", "optimizer",
            ])
        let nodes = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.name, $0) })
        #expect(nodes["conv1/weight"]?.outputs == [[96, 3, 11, 11]])
        #expect(nodes["conv2/Conv2D"]?.inputs == ["pool1", "conv2/weight"])
        #expect(nodes["conv2/Conv2D"]?.attributes["groups"] == .integers([2]))
        #expect(nodes["conv1/relu1"]?.outputs == [[-1, 55, 55, 96]])
        #expect(nodes["norm1"]?.inputs == ["conv1/relu1"])
        #expect(nodes["fc6/MatMul"]?.inputs == ["flatten", "fc6/weight"])
        #expect(nodes["fc6/MatMul"]?.outputs == [[-1, 4096]])
        #expect(nodes["loss"]?.inputs == ["fc8/BiasAdd", "labels"])
        #expect(
            nodes["optimizer/conv1/update_weight"]?.inputs
                == ["conv1/weight", "optimizer/conv1/gradient", "optimizer/learning_rate"])
        #expect(nodes["optimizer/conv1/gradient"]?.outputs.count == 2)
        #expect(nodes["optimizer/conv1/gradient"]?.inputs == ["optimizer/conv2/gradient:2"])
    }

    @Test func equalGraphsHaveEqualBytesWithoutWeights() {
        let network = AlexNet.network(.alexnet, classes: 1000)
        let bytes = (0..<2).map { _ in NetworkGraph(network, optimizer: "SGD", device: "").encoded() }
        #expect(bytes[0] == bytes[1])
        #expect(bytes[0].count < 20_000)
    }

    /// GraphDef, one node: worked out by hand from proto/graph.proto.
    @Test func firstNodesBytes() {
        let bytes = NetworkGraph(.tiny, optimizer: "SGD", device: "d").encoded()
        let shape: [UInt8] =
            [0x12, 11, 0x08] + Array(repeating: 0xFF, count: 9) + [0x01]  // 2: dim 1: size −1
            + [0x12, 2, 0x08, 8, 0x12, 2, 0x08, 8, 0x12, 2, 0x08, 3]
        #expect(
            Array(bytes.prefix(87)) == [
                0x0A, 85, 0x0A, 5,
            ] + Array("input".utf8)  // 1: node 1: name
                + [0x12, 11] + Array("Placeholder".utf8)  // 2: op
                + [0x22, 1, 0x64]  // 4: device
                + [0x2A, 47, 0x0A, 14] + Array("_output_shapes".utf8)  // 5: attr 1: key
                + [0x12, 29, 0x0A, 27, 0x3A, 25] + shape  // 2: value 1: list 7: shape
                + [0x2A, 11, 0x0A, 5] + Array("dtype".utf8) + [0x12, 2, 0x30, 1])  // 6: type DT_FLOAT
    }
}
