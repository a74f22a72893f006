// All device memory of an engine, from its shape alone: what it comes to is known before a device is asked for any.

internal import CCUDA
internal import Compute
internal import Networks

struct EngineBuffers {
    let arena = DeviceArena()
    let layout: ActivationLayout
    let parameters: DeviceParameters
    /// activations[i] is what the layer before i leaves; in-place layers share one.
    let activations: [DeviceBuffer]
    /// Those of `layout.regrouped`.
    let regrouped: [Int: DeviceBuffer]
    /// Of pools: the places of maxima, a byte for each number of their output.
    let winners: [Int: DeviceBuffer]
    /// Of batch normalisations.
    let moments: [Int: DeviceBuffer]
    let errors: (DeviceBuffer, DeviceBuffer)
    let input: InputRing.Buffers
    let losses: DeviceBuffer
    /// Floats, of the whole batch.
    let scores: DeviceBuffer
    let meanImage: DeviceBuffer?
    let partials: DeviceBuffer

    /// - Parameter images: of a piece of a batch.
    init(
        _ network: Network, capacity: Int, images: Int, optimizer: Optimizer, precision: Precision,
        hasMeanImage: Bool
    ) throws {
        layout = try ActivationLayout(network, images: images, floats: precision.elementBytes == 4)
        let arena = arena
        let tensors = layout.tensors
        parameters = DeviceParameters(
            network, Self.weightLayouts(network, layout), optimizer, precision, in: arena)
        let bytes = { (tensor: device_tensor) in tensor.count * precision.elementBytes }
        var activations = [arena.reserve(bytes: bytes(tensors[0]), "the network's input")]
        for (index, layer) in network.layers.enumerated() {
            activations.append(
                layer.operation.isInPlace || layout.isFusedNorm(index)
                    ? activations[index]
                    : arena.reserve(bytes: bytes(tensors[index + 1]), "the output of \(layer.name)"))
        }
        self.activations = activations
        regrouped = Dictionary(
            uniqueKeysWithValues: layout.regrouped.map {
                ($0, arena.reserve(bytes: bytes($1), "the input of \(network.layers[$0].name)"))
            })
        var (winners, moments) = ([Int: DeviceBuffer](), [Int: DeviceBuffer]())
        for (index, layer) in network.layers.enumerated() {
            switch layer.operation {
            case .maxPool:
                winners[index] = arena.reserve(bytes: tensors[index + 1].count, "maxima of \(layer.name)")
            case .batchNorm:
                moments[index] = arena.reserve(
                    bytes: Kernels.batchNormKept(tensors[index]), "moments of \(layer.name)")
            default: break
            }
        }
        (self.winners, self.moments) = (winners, moments)
        let all = tensors + layout.regrouped.values
        let largest = all.map(bytes).max() ?? 0
        errors = (arena.reserve(bytes: largest, "gradients"), arena.reserve(bytes: largest, "gradients"))
        input = InputRing.Buffers(images: images, in: arena)
        losses = arena.reserve(bytes: images * MemoryLayout<device_result>.stride, "results")
        scores = arena.reserve(bytes: 4 * capacity * network.classes, "scores")
        meanImage =
            hasMeanImage
            ? arena.reserve(bytes: 4 * Batch.bytesPerImage, "the mean image") : nil
        let sums = all.map { max(4 * Kernels.biasPartials($0), Kernels.batchNormPartials($0)) }
        let fusedSums = layout.fusedPools.keys.map {
            4 * ResponsePool.partialsCount(tensors[$0], tensors[$0 + 1])
        }
        partials = arena.reserve(bytes: (sums + fusedSums).max() ?? 0, "sums of gradients")
    }

    /// In the order of the network's parameters.
    private static func weightLayouts(_ network: Network, _ layout: ActivationLayout) -> [device_weight] {
        network.parameters.map { parameter in
            let layer = network.layers[parameter.layer]
            let (x, y) = (layout.input(of: parameter.layer), layout.tensors[parameter.layer + 1])
            guard parameter.shape.count > 1 else { return device_weight(vectorOf: y) }
            switch layer.operation {
            case .convolution(let shape):
                let block = parameter.layer == 0 ? layout.block : 1
                return device_weight(shape, inputs: layer.input.channels, x: x, y: y, block: block)
            default: return device_weight(outputs: layer.output.count, x: x)
            }
        }
    }
}

extension Layer.Operation {
    /// Whether a layer's output may take its input's place.
    var isInPlace: Bool {
        switch self {
        case .relu, .dropout, .flatten: true
        case .convolution, .localResponseNorm, .batchNorm, .maxPool, .linear: false
        }
    }
}
