// The two messages of the HParams tab (proto/hparams.proto), through protobuf-c: a row's beginning and its end.

internal import CTensorBoardProto

extension HParams {
    /// Tags that the plugin "hparams" looks for.
    static let startTag = "_hparams_/session_start_info"
    static let endTag = "_hparams_/session_end_info"

    /// The row, as it begins.
    /// - Parameter time: seconds since 1970.
    func encoded(startedAt time: Double) -> [UInt8] {
        var arena = MessageArena()
        let message = arena.message(tensorboard__hparams__hparams_plugin_data__init)
        message.pointee.data_case = TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_SESSION_START_INFO
        message.pointee.session_start_info = arena.start(self, time)
        return arena.packed(message)
    }

    /// The end of a row whose epochs are done.
    /// - Parameter time: seconds since 1970.
    static func encodedSuccess(at time: Double) -> [UInt8] {
        var arena = MessageArena()
        let end = arena.message(tensorboard__hparams__session_end_info__init)
        end.pointee.status = TENSORBOARD__HPARAMS__STATUS__STATUS_SUCCESS
        end.pointee.end_time_secs = time
        let message = arena.message(tensorboard__hparams__hparams_plugin_data__init)
        message.pointee.data_case = TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_SESSION_END_INFO
        message.pointee.session_end_info = end
        return arena.packed(message)
    }

    /// Of a row's beginning; nil where the bytes are none.
    init?(decoding bytes: [UInt8]) {
        guard
            let message = tensorboard__hparams__hparams_plugin_data__unpack(nil, bytes.count, bytes)
        else { return nil }
        defer { tensorboard__hparams__hparams_plugin_data__free_unpacked(message, nil) }
        guard
            message.pointee.data_case
                == TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_SESSION_START_INFO
        else { return nil }
        self.init()
        let start = message.pointee.session_start_info.pointee
        for entry in UnsafeBufferPointer(start: start.hparams, count: start.n_hparams) {
            guard let entry = entry?.pointee, let value = entry.value?.pointee else { continue }
            self[String(cString: entry.key)] = Value(value)
        }
    }
}

extension HParams.Value {
    /// Nil for kinds that this program does not write.
    fileprivate init?(_ value: Tensorboard__Hparams__Value) {
        switch value.kind_case {
        case TENSORBOARD__HPARAMS__VALUE__KIND_NUMBER_VALUE: self = .number(value.number_value)
        case TENSORBOARD__HPARAMS__VALUE__KIND_STRING_VALUE: self = .text(String(cString: value.string_value))
        case TENSORBOARD__HPARAMS__VALUE__KIND_BOOL_VALUE: self = .flag(value.bool_value != 0)
        default: return nil
        }
    }
}

extension MessageArena {
    fileprivate mutating func start(
        _ hparams: HParams, _ time: Double
    ) -> UnsafeMutablePointer<Tensorboard__Hparams__SessionStartInfo> {
        typealias Entry = Tensorboard__Hparams__SessionStartInfo__HParamsEntry
        let message = message(tensorboard__hparams__session_start_info__init)
        let entries = pointers(to: Entry.self, hparams.entries.count)
        for (index, entry) in hparams.entries.enumerated() {
            let message = self.message(tensorboard__hparams__session_start_info__hparams_entry__init)
            message.pointee.key = string(entry.key)
            message.pointee.value = value(entry.value)
            entries[index] = message
        }
        message.pointee.n_hparams = hparams.entries.count
        message.pointee.hparams = entries
        message.pointee.start_time_secs = time
        return message
    }

    private mutating func value(
        _ value: HParams.Value
    ) -> UnsafeMutablePointer<Tensorboard__Hparams__Value> {
        let message = message(tensorboard__hparams__value__init)
        switch value {
        case .number(let number):
            message.pointee.kind_case = TENSORBOARD__HPARAMS__VALUE__KIND_NUMBER_VALUE
            message.pointee.number_value = number
        case .text(let text):
            message.pointee.kind_case = TENSORBOARD__HPARAMS__VALUE__KIND_STRING_VALUE
            message.pointee.string_value = string(text)
        case .flag(let flag):
            message.pointee.kind_case = TENSORBOARD__HPARAMS__VALUE__KIND_BOOL_VALUE
            message.pointee.bool_value = flag ? 1 : 0
        }
        return message
    }
}
