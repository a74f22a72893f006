// A network as TensorBoard's Graphs tab draws it: input → conv1 → norm1 → … → fc8 → loss; gradients and optimizer aside.
//
// 1. Forward, a layer with parameters is a scope: its weight, its bias, its product and sum, and the ReLU that follows
//    it; a batch normalisation is its parameters and one node. Every other layer is one node. So the collapsed graph is
//    the chain one would draw by hand.
// 2. Backward, the scope "gradients" holds the same names once more, and "optimizer" an update for each layer.
// 3. No node is named like a scope (the page would rename it), no operation is called "Const" or "…Summary" (it would
//    become an annotation), and no weight's value is embedded.
// 4. Shapes are those of the engine's activations: batch (−1, any), height, width, channels; after `flatten` batch and
//    count. Parameters have PyTorch's names and shapes.

package import Networks

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
        case integer(Int)
        case integers([Int])
    }

    package private(set) var nodes: [Node] = []
    /// Of all nodes, as TensorBoard writes it. A graph is written once, though a run may go on elsewhere.
    package static let device = "/device:CPU:0"
    private var indices: [Work: Int] = [:]

    private struct Work: Hashable {
        let phase: Phase
        let layer: String
    }

    /// The node that stands for what a layer does in a phase; nil where there is none. "input" and "loss" count as
    /// layers.
    package func node(_ phase: Phase, of layer: String) -> Node? {
        indices[Work(phase: phase, layer: layer)].map { nodes[$0] }
    }

    /// - Parameter optimizer: the operation of the update nodes: "sgd", "nesterov", "adam".
    package init(_ network: Network, optimizer: String) {
        let trace = addForward(network)
        addBackward(network, trace)
        addOptimizer(optimizer, network)
    }
}

// MARK: Forward

extension NetworkGraph {
    /// What the backward pass needs to know of a layer's forward pass.
    private struct Trace {
        let layer: Layer
        /// Those that are learned.
        let parameters: [Parameter]
        /// The layer's own name, below the scope that it belongs to.
        let name: String
        let input: String
        let inputShape: [Int]
        let output: String
    }

    private mutating func addForward(_ network: Network) -> [Trace] {
        var shape = Self.shape(network.input, isVector: false)
        var last = add("input", "Placeholder", [], [shape], as: (.forward, "input"))
        add("labels", "Placeholder", [], [[-1]], type: .int32)
        var trace: [Trace] = []
        var scope: String?
        for (index, layer) in network.layers.enumerated() {
            let output = Self.shape(layer.output, isVector: shape.count == 2 || layer.operation.makesVector)
            let parameters = network.parameters.filter { $0.layer == index }
            let input = last
            let name: String
            if layer.parameterPrefix != nil {
                scope = layer.name
                name = "\(layer.name)/\(layer.operation.name)"
                last = addProduct(layer, parameters, input, output)
            } else {
                if case .relu = layer.operation {} else { scope = nil }
                name = scope.map { "\($0)/\(layer.name)" } ?? layer.name
                last = add(
                    name, layer.operation.name, [input], [output], layer.operation.attributes,
                    as: (.forward, layer.name))
            }
            trace.append(
                Trace(
                    layer: layer, parameters: Self.learned(parameters), name: name, input: input,
                    inputShape: shape,
                    output: last))
            shape = output
        }
        add("loss", "SoftmaxCrossEntropy", [last, "labels"], [[]], as: (.forward, "loss"))
        add("error/top1", "InTopK", [last, "labels"], [[]], ["k": .integer(1)])
        if network.classes > 5 { add("error/top5", "InTopK", [last, "labels"], [[]], ["k": .integer(5)]) }
        return trace
    }

    /// Parameters, product and sum of one layer, in its scope; a batch normalisation is one node. Returns the name of what
    /// the layer puts out.
    private mutating func addProduct(
        _ layer: Layer, _ parameters: [Parameter], _ input: String, _ output: [Int]
    ) -> String {
        for parameter in parameters {
            add(
                Self.variable(parameter, of: layer), "VariableV2", [], [parameter.shape],
                ["parameter": .text(parameter.name), "parameters": .integer(parameter.count)])
        }
        var attributes = layer.operation.attributes
        attributes["parameters"] = .integer(Self.learned(parameters).reduce(0) { $0 + $1.count })
        if case .batchNorm = layer.operation {
            return add(
                "\(layer.name)/\(layer.operation.name)", layer.operation.name,
                [input] + parameters.map { Self.variable($0, of: layer) }, [output], attributes,
                as: (.forward, layer.name))
        }
        let product = add(
            "\(layer.name)/\(layer.operation.name)", layer.operation.name, [input, "\(layer.name)/weight"],
            [output], attributes, as: (.forward, layer.name))
        return add("\(layer.name)/BiasAdd", "BiasAdd", [product, "\(layer.name)/bias"], [output])
    }
}

// MARK: Backward

extension NetworkGraph {
    /// Back from the loss, layer by layer, each from the gradient of its output and from what it had seen: first the
    /// gradients of its parameters, then (but at the first layer) that of its input.
    private mutating func addBackward(_ network: Network, _ trace: [Trace]) {
        guard let scores = trace.last else { return }
        var above = add(
            "gradients/loss", "SoftmaxCrossEntropyGradient", ["loss", scores.output, "labels"],
            [[-1, network.classes]], as: (.backward, "loss"))
        let first = trace.firstIndex { !$0.parameters.isEmpty } ?? 0
        for (index, step) in trace.enumerated().reversed() where index >= first {
            let seen: [String] =
                switch step.layer.operation {
                case .convolution, .linear, .batchNorm: [step.input, "\(step.layer.name)/weight"]
                case .maxPool, .localResponseNorm: [step.input, step.output]
                case .relu: [step.output]
                case .flatten, .dropout: []
                }
            let name = add(
                "gradients/\(step.name)", step.layer.operation.name + "Gradient", [above] + seen,
                step.parameters.map(\.shape) + (index == first ? [] : [step.inputShape]),
                as: (.backward, step.layer.name))
            above = step.parameters.isEmpty ? name : "\(name):\(step.parameters.count)"
        }
    }

    private mutating func addOptimizer(_ optimizer: String, _ network: Network) {
        let rate = add("optimizer/learning_rate", "Placeholder", [], [[]])
        for (index, layer) in network.layers.enumerated().reversed() where layer.parameterPrefix != nil {
            let parameters = Self.learned(network.parameters.filter { $0.layer == index })
            let gradient = "gradients/\(layer.name)/\(layer.operation.name)"
            add(
                "optimizer/\(layer.name)", optimizer,
                parameters.map { Self.variable($0, of: layer) }
                    + parameters.indices.map { $0 == 0 ? gradient : "\(gradient):\($0)" } + [rate],
                parameters.map(\.shape),
                ["parameters": .integer(parameters.reduce(0) { $0 + $1.count })], as: (.update, layer.name))
        }
    }
}

// MARK: Nodes

extension NetworkGraph {
    @discardableResult
    private mutating func add(
        _ name: String, _ operation: String, _ inputs: [String], _ outputs: [[Int]],
        _ attributes: [String: Attribute] = [:], type: ElementType = .float,
        as work: (phase: Phase, layer: String)? = nil
    ) -> String {
        if let work { indices[Work(phase: work.phase, layer: work.layer)] = nodes.count }
        nodes.append(
            Node(
                name: name, operation: operation, inputs: inputs, outputs: outputs, type: type,
                attributes: attributes))
        return name
    }

    private static func variable(_ parameter: Parameter, of layer: Layer) -> String {
        "\(layer.name)/\(parameter.role.rawValue)"
    }

    private static func learned(_ parameters: [Parameter]) -> [Parameter] {
        parameters.filter(\.role.isLearned)
    }

    private static func shape(_ shape: Shape, isVector: Bool) -> [Int] {
        isVector ? [-1, shape.count] : [-1, shape.height, shape.width, shape.channels]
    }
}
