// A layer of ours as Caffe's LayerParameter (src/caffe/proto/caffe.proto) without its blobs.

internal import Networks

enum CaffeLayer {
    /// Of the blob between layers, by the name of the layer that made it.
    static let input = "data"

    /// - Parameter bottom: the name of the blob that it reads.
    /// - Returns: the fields, and the blob that it writes: ReLU and dropout work in place.
    /// - Throws: `.unsupported` for a layer that is two of Caffe's.
    static func fields(
        _ layer: Layer, bottom: String
    ) throws -> (message: ProtobufWriter, top: String) {
        var message = ProtobufWriter()
        let top: String
        switch layer.operation {
        case .relu, .dropout: top = bottom
        default: top = layer.name
        }
        message.field(1, layer.name)
        message.field(2, try type(layer))
        message.field(3, bottom)
        message.field(4, top)
        switch layer.operation {
        case .convolution(let convolution):
            message.field(106) {
                $0.field(1, convolution.outputs)
                $0.field(3, convolution.padding)
                $0.field(4, convolution.kernel)
                $0.field(5, convolution.groups)
                $0.field(6, convolution.stride)
            }
        case .linear(let outputs): message.field(117) { $0.field(1, outputs) }
        case .localResponseNorm(let norm):
            message.field(118) {
                $0.field(1, norm.size)
                $0.field(2, norm.alpha)
                $0.field(3, norm.beta)
                $0.field(5, norm.k)
            }
        case .maxPool(let pool):
            message.field(121) {
                $0.field(2, pool.kernel)
                $0.field(3, pool.stride)
            }
        case .dropout(let rate): message.field(108) { $0.field(1, rate) }
        case .relu, .flatten, .batchNorm: break
        }
        return (message, top)
    }

    private static func type(_ layer: Layer) throws -> String {
        switch layer.operation {
        case .convolution: "Convolution"
        case .relu: "ReLU"
        case .localResponseNorm: "LRN"
        case .batchNorm:
            throw WeightsError.unsupported(
                "\(layer.name) is a batch normalisation, for which Caffe has two layers of other blobs; export the "
                    + "network as safetensors or pth")
        case .maxPool: "Pooling"
        case .flatten: "Flatten"
        case .dropout: "Dropout"
        case .linear: "InnerProduct"
        }
    }
}
