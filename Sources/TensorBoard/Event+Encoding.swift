// From an event to its bytes and back, through protobuf-c.

internal import CTensorBoardProto

extension Event {
    package func encoded() -> [UInt8] {
        var arena = MessageArena()
        let event = arena.message(tensorboard__event__init)
        event.pointee.wall_time = wallTime
        event.pointee.step = Int64(step)
        switch content {
        case .fileVersion(let version):
            event.pointee.what_case = TENSORBOARD__EVENT__WHAT_FILE_VERSION
            event.pointee.file_version = arena.string(version)
        case .graph(let graph):
            event.pointee.what_case = TENSORBOARD__EVENT__WHAT_GRAPH_DEF
            event.pointee.graph_def = arena.data(graph)
        case .summary(let summary):
            event.pointee.what_case = TENSORBOARD__EVENT__WHAT_SUMMARY
            event.pointee.summary = arena.summary(summary)
        case .other: break
        }
        if let writer {
            let source = arena.message(tensorboard__source_metadata__init)
            source.pointee.writer = arena.string(writer)
            event.pointee.source_metadata = source
        }
        return arena.packed(event)
    }

    /// Nil where the bytes are no event.
    package init?(decoding bytes: [UInt8]) {
        guard let message = tensorboard__event__unpack(nil, bytes.count, bytes) else { return nil }
        defer { tensorboard__event__free_unpacked(message, nil) }
        let event = message.pointee
        wallTime = event.wall_time
        step = Int(event.step)
        switch event.what_case {
        case TENSORBOARD__EVENT__WHAT_FILE_VERSION:
            content = .fileVersion(String(cString: event.file_version))
        case TENSORBOARD__EVENT__WHAT_GRAPH_DEF: content = .graph([UInt8](event.graph_def))
        case TENSORBOARD__EVENT__WHAT_SUMMARY: content = .summary(Summary(event.summary.pointee))
        default: content = .other
        }
        writer = event.source_metadata.map { String(cString: $0.pointee.writer) }
    }
}

extension MessageArena {
    fileprivate mutating func summary(_ summary: Summary) -> UnsafeMutablePointer<Tensorboard__Summary> {
        var values: [UnsafeMutablePointer<Tensorboard__Summary__Value>?] = []
        for value in summary.values { values.append(self.value(value)) }
        let message = message(tensorboard__summary__init)
        message.pointee.n_value = values.count
        message.pointee.value = array(values)
        return message
    }

    private mutating func value(_ value: Summary.Value) -> UnsafeMutablePointer<Tensorboard__Summary__Value> {
        let message = message(tensorboard__summary__value__init)
        message.pointee.tag = string(value.tag)
        switch value.content {
        case .scalar(let number):
            message.pointee.value_case = TENSORBOARD__SUMMARY__VALUE__VALUE_SIMPLE_VALUE
            message.pointee.simple_value = number
        case .text(let markdown):
            message.pointee.value_case = TENSORBOARD__SUMMARY__VALUE__VALUE_TENSOR
            message.pointee.tensor = tensor(of: markdown)
            message.pointee.metadata = metadata(plugin: "text", TENSORBOARD__DATA_CLASS__DATA_CLASS_TENSOR)
        case .other: break
        }
        return message
    }

    private mutating func tensor(of string: String) -> UnsafeMutablePointer<Tensorboard__TensorProto> {
        let message = message(tensorboard__tensor_proto__init)
        message.pointee.dtype = TENSORBOARD__DATA_TYPE__DT_STRING
        message.pointee.tensor_shape = self.message(tensorboard__tensor_shape_proto__init)
        message.pointee.n_string_val = 1
        message.pointee.string_val = array([data(Array(string.utf8))])
        return message
    }

    private mutating func metadata(
        plugin: String, _ dataClass: Tensorboard__DataClass
    ) -> UnsafeMutablePointer<Tensorboard__SummaryMetadata> {
        let data = message(tensorboard__summary_metadata__plugin_data__init)
        data.pointee.plugin_name = string(plugin)
        let message = message(tensorboard__summary_metadata__init)
        message.pointee.plugin_data = data
        message.pointee.data_class = dataClass
        return message
    }
}

extension Summary {
    fileprivate init(_ message: Tensorboard__Summary) {
        self.init(
            UnsafeBufferPointer(start: message.value, count: message.n_value).compactMap { pointer in
                pointer.map { Value(String(cString: $0.pointee.tag), Content($0.pointee)) }
            })
    }
}

extension Summary.Content {
    fileprivate init(_ value: Tensorboard__Summary__Value) {
        switch value.value_case {
        case TENSORBOARD__SUMMARY__VALUE__VALUE_SIMPLE_VALUE: self = .scalar(value.simple_value)
        case TENSORBOARD__SUMMARY__VALUE__VALUE_TENSOR:
            let tensor = value.tensor.pointee
            guard tensor.n_string_val == 1,
                let plugin = value.metadata?.pointee.plugin_data?.pointee.plugin_name,
                String(cString: plugin) == "text"
            else {
                self = .other
                return
            }
            self = .text(String(decoding: [UInt8](tensor.string_val[0]), as: UTF8.self))
        default: self = .other
        }
    }
}

extension [UInt8] {
    fileprivate init(_ data: ProtobufCBinaryData) {
        self.init(UnsafeBufferPointer(start: data.data, count: data.len))
    }
}
