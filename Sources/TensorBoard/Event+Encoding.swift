// From an event to its bytes and back (proto/event.proto), through protobuf-c.

internal import CProtobufC
internal import CTensorBoardProto

extension Event {
    package func encoded() -> [UInt8] {
        var arena = MessageArena()
        let message = arena.event(self)
        return arena.packed(message)
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
        case TENSORBOARD__EVENT__WHAT_TAGGED_RUN_METADATA:
            let metadata = event.tagged_run_metadata.pointee
            content = .runMetadata(tag: String(cString: metadata.tag), [UInt8](metadata.run_metadata))
        case TENSORBOARD__EVENT__WHAT_SUMMARY:
            let summary = event.summary.pointee
            let values = UnsafeBufferPointer(start: summary.value, count: summary.n_value)
            content = .summary(Summary(values.compactMap { $0.map { Summary.Value($0.pointee) } }))
        default: content = .other
        }
        writer = event.source_metadata.map { String(cString: $0.pointee.writer) }
    }
}

extension MessageArena {
    mutating func event(_ event: borrowing Event) -> UnsafeMutablePointer<Tensorboard__Event> {
        let message = message(tensorboard__event__init)
        message.pointee.wall_time = event.wallTime
        message.pointee.step = Int64(event.step)
        switch event.content {
        case .fileVersion(let version):
            message.pointee.what_case = TENSORBOARD__EVENT__WHAT_FILE_VERSION
            message.pointee.file_version = string(version)
        case .graph(let graph):
            message.pointee.what_case = TENSORBOARD__EVENT__WHAT_GRAPH_DEF
            message.pointee.graph_def = data(graph)
        case .runMetadata(let tag, let metadata):
            let tagged = self.message(tensorboard__tagged_run_metadata__init)
            tagged.pointee.tag = string(tag)
            tagged.pointee.run_metadata = data(metadata)
            message.pointee.what_case = TENSORBOARD__EVENT__WHAT_TAGGED_RUN_METADATA
            message.pointee.tagged_run_metadata = tagged
        case .summary(let summary):
            message.pointee.what_case = TENSORBOARD__EVENT__WHAT_SUMMARY
            message.pointee.summary = self.summary(summary)
        case .other: break
        }
        if let writer = event.writer {
            let source = self.message(tensorboard__source_metadata__init)
            source.pointee.writer = string(writer)
            message.pointee.source_metadata = source
        }
        return message
    }

    private mutating func summary(_ summary: Summary) -> UnsafeMutablePointer<Tensorboard__Summary> {
        let message = message(tensorboard__summary__init)
        let values = pointers(to: Tensorboard__Summary__Value.self, summary.values.count)
        for (index, value) in summary.values.enumerated() { values[index] = self.value(value) }
        message.pointee.n_value = summary.values.count
        message.pointee.value = values
        return message
    }
}

extension [UInt8] {
    init(_ data: ProtobufCBinaryData) {
        self.init(UnsafeBufferPointer(start: data.data, count: data.len))
    }
}
