// A network as TensorBoard's Graphs tab draws it: input → conv1 → norm1 → … → fc8 → loss, the optimizer at the side.
//
// 1. A layer with parameters is a scope: its weight, its bias, its product and sum, and the ReLU that follows it.
//    Every other layer is one node. So the collapsed graph is the chain one would draw by hand.
// 2. No node is named like a scope (the page would rename it), no operation is called "Const" or "…Summary" (it would
//    become an annotation), and no weight's value is embedded.
// 3. Shapes are those of the engine's activations: batch (−1, any), height, width, channels; after `flatten` batch and
//    count. Parameters have PyTorch's names and shapes.

import Networks

package struct NetworkGraph: Hashable, Sendable {
    package struct Node: Hashable, Sendable {
        package let name: String
        package let operation: String
        /// "name" is the first output of a node, "name:2" its third.
        package let inputs: [String]
        /// One per output; −1 where the size is not known before the batch.
        package let outputs: [[Int]]
        package let type: ElementType
        package var attributes: [String: Attribute] = [:]
    }

    package enum ElementType: Hashable, Sendable { case float, int32 }

    package enum Attribute: Hashable, Sendable {
        case text(String)
        case number(Double)
        case integers([Int])
    }

    package private(set) var nodes: [Node] = []
    /// For example "/device:CPU:0"; colours the nodes.
    package let device: String

    /// - Parameters:
    ///   - optimizer: what the update nodes are called: "SGD", "Nesterov", "Adam".
    ///   - device: where it runs, as TensorBoard writes it: "/device:CPU:0", "/device:GPU:0".
    package init(_ network: Network, optimizer: String, device: String) {
        self.device = device
        var scores = add("input", "Placeholder", [], [Self.shape(network.input, isVector: false)])
        add("labels", "Placeholder", [], [[-1]], type: .int32)
        var scope: String?
        var isVector = false
        for (index, layer) in network.layers.enumerated() {
            isVector = isVector || layer.operation.makesVector
            let output = Self.shape(layer.output, isVector: isVector)
            if layer.parameterPrefix != nil {
                scope = layer.name
                scores = addProduct(layer, network.parameters.filter { $0.layer == index }, scores, output)
            } else if case .relu = layer.operation, let scope {
                scores = add("\(scope)/\(layer.name)", "Relu", [scores], [output])
            } else {
                scope = nil
                scores = add(
                    layer.name, layer.operation.name, [scores], [output], layer.operation.attributes)
            }
        }
        add("loss", "SoftmaxCrossEntropy", [scores, "labels"], [[]])
        add("error/top1", "InTopK", [scores, "labels"], [[]], ["k": .number(1)])
        if network.classes > 5 { add("error/top5", "InTopK", [scores, "labels"], [[]], ["k": .number(5)]) }
        addOptimizer(optimizer, network)
    }

    /// Weight, bias, product and sum of one layer, in its scope. Returns the name of the sum.
    private mutating func addProduct(
        _ layer: Layer, _ parameters: [Parameter], _ input: String, _ output: [Int]
    ) -> String {
        for parameter in parameters {
            add(
                Self.variable(parameter, of: layer), "VariableV2", [], [parameter.shape],
                ["parameter": .text(parameter.name)])
        }
        let product = add(
            "\(layer.name)/\(layer.operation.name)", layer.operation.name, [input, "\(layer.name)/weight"],
            [output], layer.operation.attributes)
        return add("\(layer.name)/BiasAdd", "BiasAdd", [product, "\(layer.name)/bias"], [output])
    }

    /// Back from the loss, layer by layer: a gradient gives those of weight, bias and (but at the first layer) input.
    private mutating func addOptimizer(_ optimizer: String, _ network: Network) {
        let rate = add("optimizer/learning_rate", "Placeholder", [], [[]])
        var above = "loss"
        let layers = network.layers.enumerated().filter { $1.parameterPrefix != nil }
        for (index, layer) in layers.reversed() {
            let parameters = network.parameters.filter { $0.layer == index }
            let isFirst = index == layers.first?.offset
            let input = Self.shape(layer.input, isVector: layer.operation.makesVector)
            let gradient = add(
                "optimizer/\(layer.name)/gradient", layer.operation.name + "Gradient", [above],
                parameters.map(\.shape) + (isFirst ? [] : [input]))
            for (output, parameter) in parameters.enumerated() {
                let own = output == 0 ? gradient : "\(gradient):\(output)"
                add(
                    "optimizer/\(layer.name)/update_\(parameter.role)", optimizer,
                    [Self.variable(parameter, of: layer), own, rate], [parameter.shape])
            }
            above = "\(gradient):\(parameters.count)"
        }
    }

    @discardableResult
    private mutating func add(
        _ name: String, _ operation: String, _ inputs: [String], _ outputs: [[Int]],
        _ attributes: [String: Attribute] = [:], type: ElementType = .float
    ) -> String {
        nodes.append(
            Node(
                name: name, operation: operation, inputs: inputs, outputs: outputs, type: type,
                attributes: attributes))
        return name
    }

    private static func variable(_ parameter: Parameter, of layer: Layer) -> String {
        "\(layer.name)/\(parameter.role)"
    }

    private static func shape(_ shape: Shape, isVector: Bool) -> [Int] {
        isVector ? [-1, shape.count] : [-1, shape.height, shape.width, shape.channels]
    }
}
