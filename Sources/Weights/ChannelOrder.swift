// Caffe's networks see blue first; ours, as PyTorch's, red. What differs is the order of the first filters' planes.

internal import Networks

enum ChannelOrder {
    /// Whether the parameter sees pixels.
    static func matters(_ parameter: Parameter, of network: Network) -> Bool {
        parameter.role == .weight
            && parameter.layer == network.layers.firstIndex { $0.parameterPrefix != nil }
            && parameter.shape.count == 4 && parameter.shape[1] == 3
    }

    /// Swaps red and blue of filters [out, 3, height, width], in place.
    static func reverse(_ filters: UnsafeMutableBufferPointer<Float>, shape: [Int]) {
        let plane = shape[2] * shape[3]
        for start in stride(from: 0, to: filters.count, by: 3 * plane) {
            for pixel in start..<start + plane { filters.swapAt(pixel, pixel + 2 * plane) }
        }
    }
}
