// The scalars of an event file, whoever wrote it: `simple_value`, or a tensor of one number for the plugin "scalars".
//
// TensorBoard's readers take a tag's first metadata in a run as that of all its values, so a reader is one run's. It
// keeps nothing of a record but its scalars.

internal import CTensorBoardProto

struct ScalarReader {
    struct Scalar {
        let tag: String
        let value: Double
        /// Whether it was written with more digits than a `Float` has.
        let isWide: Bool
    }

    struct Record {
        /// Seconds since 1970.
        var wallTime: Double
        var step: Int
        var scalars: [Scalar]
        /// Values said to be scalars that are none.
        var unreadable: Int
    }

    /// By tag, whether its tensors are scalars.
    private var isScalar: [String: Bool] = [:]

    /// Nil where the bytes are no event.
    mutating func decode(_ bytes: [UInt8]) -> Record? {
        guard let message = tensorboard__event__unpack(nil, bytes.count, bytes) else { return nil }
        defer { tensorboard__event__free_unpacked(message, nil) }
        let event = message.pointee
        var record = Record(wallTime: event.wall_time, step: Int(event.step), scalars: [], unreadable: 0)
        guard event.what_case == TENSORBOARD__EVENT__WHAT_SUMMARY, let summary = event.summary?.pointee else {
            return record
        }
        for pointer in UnsafeBufferPointer(start: summary.value, count: summary.n_value) {
            if let value = pointer?.pointee { add(value, to: &record) }
        }
        return record
    }

    private mutating func add(_ value: Tensorboard__Summary__Value, to record: inout Record) {
        switch value.value_case {
        case TENSORBOARD__SUMMARY__VALUE__VALUE_SIMPLE_VALUE:
            record.scalars.append(
                Scalar(
                    tag: String(cString: value.tag), value: Double(value.simple_value), isWide: false))
        case TENSORBOARD__SUMMARY__VALUE__VALUE_TENSOR:
            let tag = String(cString: value.tag)
            if isScalar[tag] == nil, let metadata = value.metadata?.pointee {
                isScalar[tag] =
                    metadata.plugin_data.map { String(cString: $0.pointee.plugin_name) } == "scalars"
            }
            guard isScalar[tag] == true, let tensor = value.tensor?.pointee else { return }
            if let number = tensor.number {
                record.scalars.append(
                    Scalar(
                        tag: tag, value: number, isWide: tensor.dtype != TENSORBOARD__DATA_TYPE__DT_FLOAT))
            } else {
                record.unreadable += 1
            }
        default: break
        }
    }
}

extension Tensorboard__TensorProto {
    /// The only number in it; nil where there is not exactly one, or of a type that scalars do not have.
    fileprivate var number: Double? {
        switch dtype {
        case TENSORBOARD__DATA_TYPE__DT_FLOAT: only(float_val, n_float_val).map(Double.init)
        case TENSORBOARD__DATA_TYPE__DT_DOUBLE: only(double_val, n_double_val)
        case TENSORBOARD__DATA_TYPE__DT_INT32: only(int_val, n_int_val).map(Double.init)
        case TENSORBOARD__DATA_TYPE__DT_INT64: only(int64_val, n_int64_val).map(Double.init)
        default: nil
        }
    }

    /// From the field of its type, else from the raw content. TensorFlow leaves both away for a scalar zero.
    private func only<N: Numeric & BitwiseCopyable>(_ field: UnsafeMutablePointer<N>?, _ count: Int) -> N? {
        if count == 1, let field { return field.pointee }
        guard count == 0 else { return nil }
        if tensor_content.len == 0 { return tensor_shape.map { $0.pointee.n_dim } == 0 ? 0 : nil }
        guard tensor_content.len == MemoryLayout<N>.size, let data = tensor_content.data else { return nil }
        return UnsafeRawPointer(data).loadUnaligned(as: N.self)
    }
}
