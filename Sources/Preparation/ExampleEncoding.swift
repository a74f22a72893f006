// An image as a tf.Example in a record, packed by protobuf-c where it stands. Features are in the order of their names, so
// that equal images give equal bytes.

internal import CExampleProto
internal import CProtobufC
internal import Datasets
internal import Records

extension RecordWriter {
    /// - Parameters:
    ///   - label: index of the class, from 0; it is stored from 1.
    ///   - name: of the image it was made from.
    mutating func append(
        _ image: PreparedImage, _ format: PreparationSettings.Format, label: Int32,
        _ category: Categories.Category,
        name: String
    ) {
        let values: [(key: StaticString, value: FeatureValue)] = [
            (ExampleKey.channels, .integer(3)),
            (ExampleKey.label, .integer(Int64(label) + 1)),
            (ExampleKey.synset, .text(category.name)),
            (ExampleKey.text, .text(category.text)),
            (ExampleKey.colorspace, .text("RGB")),
            (ExampleKey.encoded, .bytes(image.bytes)),
            (ExampleKey.filename, .text(name)),
            (ExampleKey.format, .text(format == .raw ? ExampleKey.raw : "JPEG")),
            (ExampleKey.height, .integer(Int64(image.height))),
            (ExampleKey.width, .integer(Int64(image.width))),
        ]
        let message = ExampleMessage(values)
        append(count: message.packedCount) { message.pack(into: $0) }
    }
}

enum FeatureValue {
    case integer(Int64)
    case bytes([UInt8])

    static func text(_ text: String) -> FeatureValue { .bytes(Array(text.utf8)) }
}

/// The tree of C messages of one example, in memory that goes with it.
private final class ExampleMessage {
    private let example: UnsafeMutablePointer<Tensorflow__Example>
    private var owned: [UnsafeMutableRawPointer] = []

    init(_ features: [(key: StaticString, value: FeatureValue)]) {
        example = .allocate(capacity: 1)
        tensorflow__example__init(example)
        let map = message(tensorflow__features__init)
        let entries = array(
            features.map { feature -> UnsafeMutablePointer<Tensorflow__Features__FeatureEntry>? in
                let entry = message(tensorflow__features__feature_entry__init)
                // protobuf-c only reads it.
                entry.pointee.key = UnsafeMutableRawPointer(mutating: feature.key.utf8Start)
                    .assumingMemoryBound(to: CChar.self)
                entry.pointee.value = self.feature(feature.value)
                return entry
            })
        (map.pointee.n_feature, map.pointee.feature) = (features.count, entries)
        example.pointee.features = map
    }

    deinit {
        owned.forEach { $0.deallocate() }
        example.deallocate()
    }

    private func feature(_ value: FeatureValue) -> UnsafeMutablePointer<Tensorflow__Feature> {
        let feature = message(tensorflow__feature__init)
        switch value {
        case .integer(let value):
            let list = message(tensorflow__int64_list__init)
            (list.pointee.n_value, list.pointee.value) = (1, array([value]))
            feature.pointee.kind_case = TENSORFLOW__FEATURE__KIND_INT64_LIST
            feature.pointee.int64_list = list
        case .bytes(let bytes):
            let list = message(tensorflow__bytes_list__init)
            let data = ProtobufCBinaryData(len: bytes.count, data: array(bytes))
            (list.pointee.n_value, list.pointee.value) = (1, array([data]))
            feature.pointee.kind_case = TENSORFLOW__FEATURE__KIND_BYTES_LIST
            feature.pointee.bytes_list = list
        }
        return feature
    }

    var packedCount: Int { tensorflow__example__get_packed_size(example) }

    func pack(into bytes: UnsafeMutableRawBufferPointer) {
        _ = tensorflow__example__pack(example, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }

    private func message<M>(_ initialize: (UnsafeMutablePointer<M>?) -> Void) -> UnsafeMutablePointer<M> {
        let message = UnsafeMutablePointer<M>.allocate(capacity: 1)
        owned.append(message)
        initialize(message)
        return message
    }

    private func array<T>(_ elements: [T]) -> UnsafeMutablePointer<T> {
        let array = UnsafeMutablePointer<T>.allocate(capacity: elements.count)
        array.initialize(from: elements, count: elements.count)
        owned.append(array)
        return array
    }
}
