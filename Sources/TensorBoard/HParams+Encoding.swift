// The three messages of the HParams tab (proto/hparams.proto), through protobuf-c: which columns there are, a row's
// beginning, a row's end.

internal import CTensorBoardProto

extension HParams {
    /// Tags that the plugin "hparams" looks for.
    static let experimentTag = "_hparams_/experiment"
    static let startTag = "_hparams_/session_start_info"
    static let endTag = "_hparams_/session_end_info"

    /// The columns: these hyper-parameters, and the last values of these scalar tags.
    func encodedColumns(_ metrics: [Metric]) -> [UInt8] {
        var arena = MessageArena()
        let message = arena.message(tensorboard__hparams__hparams_plugin_data__init)
        message.pointee.data_case = TENSORBOARD__HPARAMS__HPARAMS_PLUGIN_DATA__DATA_EXPERIMENT
        message.pointee.experiment = arena.experiment(self, metrics)
        return arena.packed(message)
    }

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
    fileprivate init(_ value: Tensorboard__Hparams__Value) {
        switch value.kind_case {
        case TENSORBOARD__HPARAMS__VALUE__KIND_NUMBER_VALUE: self = .number(value.number_value)
        case TENSORBOARD__HPARAMS__VALUE__KIND_STRING_VALUE: self = .text(String(cString: value.string_value))
        case TENSORBOARD__HPARAMS__VALUE__KIND_BOOL_VALUE: self = .flag(value.bool_value != 0)
        default: self = .none
        }
    }

    fileprivate var type: Tensorboard__Hparams__DataType {
        switch self {
        case .number: TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_FLOAT64
        case .text: TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_STRING
        case .flag: TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_BOOL
        case .none: TENSORBOARD__HPARAMS__DATA_TYPE__DATA_TYPE_UNSET
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
        case .number(let number) where number.isFinite:
            message.pointee.kind_case = TENSORBOARD__HPARAMS__VALUE__KIND_NUMBER_VALUE
            message.pointee.number_value = number
        // The page is sent as JSON, which has no such numbers: one of them would leave it empty.
        case .number(let number): return self.value(.text("\(number)"))
        case .text(let text):
            message.pointee.kind_case = TENSORBOARD__HPARAMS__VALUE__KIND_STRING_VALUE
            message.pointee.string_value = string(text)
        case .flag(let flag):
            message.pointee.kind_case = TENSORBOARD__HPARAMS__VALUE__KIND_BOOL_VALUE
            message.pointee.bool_value = flag ? 1 : 0
        case .none:
            message.pointee.kind_case = TENSORBOARD__HPARAMS__VALUE__KIND_NULL_VALUE
        }
        return message
    }

    fileprivate mutating func experiment(
        _ hparams: HParams, _ metrics: [HParams.Metric]
    ) -> UnsafeMutablePointer<Tensorboard__Hparams__Experiment> {
        let message = message(tensorboard__hparams__experiment__init)
        let columns = pointers(to: Tensorboard__Hparams__HParamInfo.self, hparams.entries.count)
        for (index, entry) in hparams.entries.enumerated() {
            let column = self.message(tensorboard__hparams__hparam_info__init)
            column.pointee.name = string(entry.key)
            column.pointee.type = entry.value.type
            columns[index] = column
        }
        message.pointee.n_hparam_infos = hparams.entries.count
        message.pointee.hparam_infos = columns
        let metricColumns = pointers(to: Tensorboard__Hparams__MetricInfo.self, metrics.count)
        for (index, metric) in metrics.enumerated() { metricColumns[index] = self.metric(metric) }
        message.pointee.n_metric_infos = metrics.count
        message.pointee.metric_infos = metricColumns
        return message
    }

    private mutating func metric(
        _ metric: HParams.Metric
    ) -> UnsafeMutablePointer<Tensorboard__Hparams__MetricInfo> {
        let name = message(tensorboard__hparams__metric_name__init)
        name.pointee.tag = string(metric.tag)
        let message = message(tensorboard__hparams__metric_info__init)
        message.pointee.name = name
        message.pointee.display_name = string(metric.caption.title)
        message.pointee.description = string(metric.caption.description)
        message.pointee.dataset_type =
            switch metric.dataSet {
            case .training: TENSORBOARD__HPARAMS__DATASET_TYPE__DATASET_TRAINING
            case .validation: TENSORBOARD__HPARAMS__DATASET_TYPE__DATASET_VALIDATION
            case nil: TENSORBOARD__HPARAMS__DATASET_TYPE__DATASET_UNKNOWN
            }
        return message
    }
}
