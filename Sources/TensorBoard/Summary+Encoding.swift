// A value of a summary to its message and back (proto/summary.proto). What TensorBoard's plugins need to know of a value
// stands in its metadata. Scalars, histograms and images need none; where they have a caption, plugin and data class
// must stand beside it, or TensorBoard's data server does not read it.

internal import CProtobufC
internal import CTensorBoardProto

extension MessageArena {
    mutating func value(_ value: Summary.Value) -> UnsafeMutablePointer<Tensorboard__Summary__Value> {
        let message = message(tensorboard__summary__value__init)
        message.pointee.tag = string(value.tag)
        switch value.content {
        case .scalar(let number):
            message.pointee.value_case = TENSORBOARD__SUMMARY__VALUE__VALUE_SIMPLE_VALUE
            message.pointee.simple_value = number
            message.pointee.metadata = value.caption.map {
                metadata($0, plugin: "scalars", class: TENSORBOARD__DATA_CLASS__DATA_CLASS_SCALAR)
            }
        case .histogram(let histogram):
            message.pointee.value_case = TENSORBOARD__SUMMARY__VALUE__VALUE_HISTO
            message.pointee.histo = self.histogram(histogram)
            message.pointee.metadata = value.caption.map {
                metadata($0, plugin: "histograms", class: TENSORBOARD__DATA_CLASS__DATA_CLASS_TENSOR)
            }
        case .image(let picture):
            message.pointee.value_case = TENSORBOARD__SUMMARY__VALUE__VALUE_IMAGE
            message.pointee.image = image(picture)
            message.pointee.metadata = value.caption.map {
                metadata($0, plugin: "images", class: TENSORBOARD__DATA_CLASS__DATA_CLASS_BLOB_SEQUENCE)
            }
        case .text(let markdown):
            message.pointee.value_case = TENSORBOARD__SUMMARY__VALUE__VALUE_TENSOR
            message.pointee.tensor = tensor(of: data(markdown))
            message.pointee.metadata = metadata(value.caption, plugin: "text")
        case .layout(let layout):
            message.pointee.value_case = TENSORBOARD__SUMMARY__VALUE__VALUE_TENSOR
            message.pointee.tensor = tensor(of: data(layout))
            message.pointee.metadata = metadata(value.caption, plugin: "custom_scalars")
        case .hparams(let content):
            message.pointee.value_case = TENSORBOARD__SUMMARY__VALUE__VALUE_TENSOR
            message.pointee.tensor = zero()
            message.pointee.metadata = metadata(value.caption, plugin: "hparams", content)
        case .other: break
        }
        return message
    }

    fileprivate mutating func histogram(_ histogram: Histogram) -> UnsafeMutablePointer<
        Tensorboard__HistogramProto
    > {
        let message = message(tensorboard__histogram_proto__init)
        message.pointee.min = histogram.min
        message.pointee.max = histogram.max
        message.pointee.num = histogram.count
        message.pointee.sum = histogram.sum
        message.pointee.sum_squares = histogram.sumOfSquares
        message.pointee.n_bucket_limit = histogram.rightEdges.count
        message.pointee.bucket_limit = array(histogram.rightEdges)
        message.pointee.n_bucket = histogram.counts.count
        message.pointee.bucket = array(histogram.counts)
        return message
    }

    private mutating func image(_ picture: Picture) -> UnsafeMutablePointer<Tensorboard__Summary__Image> {
        let message = message(tensorboard__summary__image__init)
        message.pointee.width = Int32(picture.width)
        message.pointee.height = Int32(picture.height)
        message.pointee.colorspace = Int32(picture.channels)
        message.pointee.encoded_image_string = data(picture.png)
        return message
    }

    /// A string tensor of rank 0.
    private mutating func tensor(
        of string: ProtobufCBinaryData
    ) -> UnsafeMutablePointer<Tensorboard__TensorProto> {
        let message = message(tensorboard__tensor_proto__init)
        message.pointee.dtype = TENSORBOARD__DATA_TYPE__DT_STRING
        message.pointee.tensor_shape = self.message(tensorboard__tensor_shape_proto__init)
        message.pointee.n_string_val = 1
        message.pointee.string_val = array([string])
        return message
    }

    /// A tensor of rank 0 for a tag that has no value: TensorBoard's Python loader asks for one.
    private mutating func zero() -> UnsafeMutablePointer<Tensorboard__TensorProto> {
        let message = message(tensorboard__tensor_proto__init)
        message.pointee.dtype = TENSORBOARD__DATA_TYPE__DT_FLOAT
        message.pointee.tensor_shape = self.message(tensorboard__tensor_shape_proto__init)
        message.pointee.n_float_val = 1
        message.pointee.float_val = array([0])
        return message
    }

    private mutating func metadata(
        _ caption: Caption?, plugin: String, _ content: [UInt8] = [],
        class dataClass: Tensorboard__DataClass = TENSORBOARD__DATA_CLASS__DATA_CLASS_TENSOR
    ) -> UnsafeMutablePointer<Tensorboard__SummaryMetadata> {
        let message = message(tensorboard__summary_metadata__init)
        if let caption {
            message.pointee.display_name = string(caption.title)
            message.pointee.summary_description = string(caption.description)
        }
        let data = self.message(tensorboard__summary_metadata__plugin_data__init)
        data.pointee.plugin_name = string(plugin)
        data.pointee.content = self.data(content)
        message.pointee.plugin_data = data
        message.pointee.data_class = dataClass
        return message
    }
}

extension Summary.Value {
    init(_ value: Tensorboard__Summary__Value) {
        self.init(String(cString: value.tag), Summary.Content(value))
        if let metadata = value.metadata?.pointee {
            let (title, description) = (metadata.display_name[0], metadata.summary_description[0])
            guard title != 0 || description != 0 else { return }
            caption = Caption(
                title: String(cString: metadata.display_name),
                description: String(cString: metadata.summary_description))
        }
    }
}

extension Summary.Content {
    fileprivate init(_ value: Tensorboard__Summary__Value) {
        switch value.value_case {
        case TENSORBOARD__SUMMARY__VALUE__VALUE_SIMPLE_VALUE: self = .scalar(value.simple_value)
        case TENSORBOARD__SUMMARY__VALUE__VALUE_HISTO:
            self = Histogram(value.histo.pointee).map { .histogram($0) } ?? .other
        case TENSORBOARD__SUMMARY__VALUE__VALUE_IMAGE:
            let bytes = [UInt8](value.image.pointee.encoded_image_string)
            self = Picture(decoding: bytes).map { .image($0) } ?? .other
        default: self.init(plugin: value)
        }
    }

    /// Of a value that only its metadata explains.
    private init(plugin value: Tensorboard__Summary__Value) {
        guard let data = value.metadata?.pointee.plugin_data?.pointee else {
            self = .other
            return
        }
        var string: [UInt8]?
        if value.value_case == TENSORBOARD__SUMMARY__VALUE__VALUE_TENSOR,
            value.tensor.pointee.n_string_val == 1
        {
            string = [UInt8](value.tensor.pointee.string_val[0])
        }
        switch (String(cString: data.plugin_name), string) {
        case ("text", let string?): self = .text(String(decoding: string, as: UTF8.self))
        case ("custom_scalars", let string?): self = .layout(string)
        case ("hparams", nil): self = .hparams([UInt8](data.content))
        default: self = .other
        }
    }
}

extension Histogram {
    /// Its HistogramProto.
    func encoded() -> [UInt8] {
        var arena = MessageArena()
        let message = arena.histogram(self)
        return arena.packed(message)
    }

    fileprivate init?(_ message: Tensorboard__HistogramProto) {
        self.init(
            min: message.min, max: message.max, sum: message.sum, sumOfSquares: message.sum_squares,
            rightEdges: Array(
                UnsafeBufferPointer(start: message.bucket_limit, count: message.n_bucket_limit)),
            counts: Array(UnsafeBufferPointer(start: message.bucket, count: message.n_bucket)))
    }
}
