// From a graph to the bytes of its GraphDef (proto/graph.proto), through protobuf-c.

internal import CTensorBoardProto

extension NetworkGraph {
    package func encoded() -> [UInt8] {
        var arena = MessageArena()
        var nodes: [UnsafeMutablePointer<Tensorboard__NodeDef>?] = []
        for node in self.nodes { nodes.append(arena.node(node, Self.device)) }
        let graph = arena.message(tensorboard__graph_def__init)
        graph.pointee.n_node = nodes.count
        graph.pointee.node = arena.array(nodes)
        let versions = arena.message(tensorboard__version_def__init)
        // TensorFlow 1.0's: any reader takes it.
        versions.pointee.producer = 22
        graph.pointee.versions = versions
        return arena.packed(graph)
    }
}

extension MessageArena {
    fileprivate mutating func node(
        _ node: NetworkGraph.Node, _ device: String
    ) -> UnsafeMutablePointer<Tensorboard__NodeDef> {
        var inputs: [UnsafeMutablePointer<CChar>?] = []
        for input in node.inputs { inputs.append(string(input)) }
        var entries = [entry("_output_shapes", shapes(node.outputs)), entry("dtype", type(node.type))]
        // In a fixed order: equal graphs have equal bytes.
        for (key, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
            entries.append(entry(key, value(attribute)))
        }
        let message = message(tensorboard__node_def__init)
        message.pointee.name = string(node.name)
        message.pointee.op = string(node.operation)
        message.pointee.device = string(device)
        message.pointee.n_input = inputs.count
        message.pointee.input = array(inputs)
        message.pointee.n_attr = entries.count
        message.pointee.attr = array(entries)
        return message
    }

    private mutating func entry(
        _ key: String, _ value: UnsafeMutablePointer<Tensorboard__AttrValue>
    ) -> UnsafeMutablePointer<Tensorboard__NodeDef__AttrEntry>? {
        let message = message(tensorboard__node_def__attr_entry__init)
        message.pointee.key = string(key)
        message.pointee.value = value
        return message
    }

    private mutating func value(
        _ attribute: NetworkGraph.Attribute
    ) -> UnsafeMutablePointer<Tensorboard__AttrValue> {
        let message = message(tensorboard__attr_value__init)
        switch attribute {
        case .text(let text):
            message.pointee.value_case = TENSORBOARD__ATTR_VALUE__VALUE_S
            message.pointee.s = data(Array(text.utf8))
        case .number(let number):
            message.pointee.value_case = TENSORBOARD__ATTR_VALUE__VALUE_F
            message.pointee.f = Float(number)
        case .integer(let integer):
            message.pointee.value_case = TENSORBOARD__ATTR_VALUE__VALUE_I
            message.pointee.i = Int64(integer)
        case .integers(let integers):
            let list = self.message(tensorboard__attr_value__list_value__init)
            list.pointee.n_i = integers.count
            list.pointee.i = array(integers.map(Int64.init))
            message.pointee.value_case = TENSORBOARD__ATTR_VALUE__VALUE_LIST
            message.pointee.list = list
        }
        return message
    }

    private mutating func type(
        _ type: NetworkGraph.ElementType
    ) -> UnsafeMutablePointer<Tensorboard__AttrValue> {
        let message = message(tensorboard__attr_value__init)
        message.pointee.value_case = TENSORBOARD__ATTR_VALUE__VALUE_TYPE
        message.pointee.type =
            switch type {
            case .float: TENSORBOARD__DATA_TYPE__DT_FLOAT
            case .int32: TENSORBOARD__DATA_TYPE__DT_INT32
            }
        return message
    }

    private mutating func shapes(_ shapes: [[Int]]) -> UnsafeMutablePointer<Tensorboard__AttrValue> {
        var messages: [UnsafeMutablePointer<Tensorboard__TensorShapeProto>?] = []
        for shape in shapes { messages.append(self.shape(shape)) }
        let list = message(tensorboard__attr_value__list_value__init)
        list.pointee.n_shape = messages.count
        list.pointee.shape = array(messages)
        let message = message(tensorboard__attr_value__init)
        message.pointee.value_case = TENSORBOARD__ATTR_VALUE__VALUE_LIST
        message.pointee.list = list
        return message
    }

    mutating func shape(_ sizes: [Int]) -> UnsafeMutablePointer<Tensorboard__TensorShapeProto> {
        var dimensions: [UnsafeMutablePointer<Tensorboard__TensorShapeProto__Dim>?] = []
        for size in sizes {
            let dimension = message(tensorboard__tensor_shape_proto__dim__init)
            dimension.pointee.size = Int64(size)
            dimensions.append(dimension)
        }
        let message = message(tensorboard__tensor_shape_proto__init)
        message.pointee.n_dim = dimensions.count
        message.pointee.dim = array(dimensions)
        return message
    }
}
