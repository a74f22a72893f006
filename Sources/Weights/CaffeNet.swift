// A .caffemodel: Caffe's NetParameter (src/caffe/proto/caffe.proto) with its layers in today's form (`layer`) or that of
// before 2015 (`layers`). The blobs of a layer become the tensors NAME.weight and NAME.bias.

package struct CaffeNet: Sendable {
    /// y = x · (k + α/n · Σ x²)^−β; defaults as Caffe's.
    struct Normalization: Hashable, Sendable {
        var size = 5
        var alpha: Float = 1
        var beta: Float = 0.75
        var k: Float = 1
    }

    struct Layer: Sendable {
        var name = ""
        var type = ""
        var blobs: [StoredTensor] = []
        var normalization: Normalization?
    }

    private static let mostLayers = 10_000
    private static let mostBlobs = 16

    private(set) var layers: [Layer] = []

    /// Where the fields of a layer lie in either form.
    private struct Form {
        let name, type, blobs, normalization: UInt64
        static let layer = Form(name: 1, type: 2, blobs: 7, normalization: 118)
        static let layers = Form(name: 4, type: 5, blobs: 6, normalization: 18)
    }

    /// Whether the first field is one that such a file begins with: the name, `layers`, inputs or `layer`.
    static func begins(_ bytes: Bytes) -> Bool {
        guard let first = try? bytes.array(at: 0, count: 2) else { return false }
        return [0x0a, 0x12, 0x1a].contains(first[0]) || first == [0xa2, 0x06]
    }

    /// - Throws: `.damaged`, `.unsupported`, `.io`.
    init(_ bytes: Bytes) throws {
        var reader = ProtobufReader(bytes)
        while let (field, value) = try reader.next() {
            guard case .bytes(let message) = value, let form = [100: Form.layer, 2: Form.layers][field] else {
                continue
            }
            guard layers.count < Self.mostLayers else {
                throw WeightsError.damaged("it has more than \(Self.mostLayers) layers")
            }
            layers.append(try Self.layer(message, form))
        }
        guard layers.contains(where: { !$0.blobs.isEmpty }) else {
            throw WeightsError.unsupported(
                "it holds no layers with weights, of Caffe or of anything known here")
        }
    }

    /// Blobs beyond two are no tensors of the networks here.
    var tensors: [(name: String, tensor: StoredTensor)] {
        layers.flatMap { layer in
            zip(["weight", "bias", "2", "3"], layer.blobs).map { ("\(layer.name).\($0)", $1) }
        }
    }

    private static func layer(_ message: Bytes, _ form: Form) throws -> Layer {
        var layer = Layer()
        var blobs: [Bytes] = []
        var reader = ProtobufReader(message)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (form.name, _): layer.name = try value.text() ?? ""
            case (form.type, .varint(let number)): layer.type = Self.types[number] ?? "type \(number)"
            case (form.type, _): layer.type = try value.text() ?? ""
            case (form.normalization, .bytes(let bytes)): layer.normalization = try Normalization(bytes)
            case (form.blobs, .bytes(let bytes)):
                guard blobs.count < mostBlobs else {
                    throw WeightsError.damaged("its layer \(layer.name) has more than \(mostBlobs) blobs")
                }
                blobs.append(bytes)
            default: continue
            }
        }
        if layer.type == "LRN", layer.normalization == nil { layer.normalization = Normalization() }
        do { layer.blobs = try blobs.map(CaffeBlob.tensor) } catch let error as WeightsError {
            throw WeightsError(error.code, "layer \"\(layer.name)\": \(error.message)", cause: error.cause)
        }
        return layer
    }

    /// Those of V1LayerParameter.LayerType that matter here.
    private static let types: [UInt64: String] = [
        4: "Convolution", 14: "InnerProduct", 15: "LRN", 17: "Pooling",
    ]
}

extension CaffeNet.Normalization {
    fileprivate init(_ message: Bytes) throws {
        self.init()
        var reader = ProtobufReader(message)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, .varint(let size)): self.size = Int(clamping: size)
            case (2, .fixed32(let bits)): alpha = Float(bitPattern: bits)
            case (3, .fixed32(let bits)): beta = Float(bitPattern: bits)
            case (5, .fixed32(let bits)): k = Float(bitPattern: bits)
            default: continue
            }
        }
    }
}
