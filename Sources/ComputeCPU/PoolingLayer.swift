// Max pooling, one task per image. Remembers where each maximum was.

internal import CKernels
internal import Networks

final class PoolingLayer: LayerOperation {
    private let shape: pool_shape
    private let inputCount: Int
    private let outputCount: Int
    private let winners: UnsafeMutablePointer<UInt8>

    init(_ layer: Layer, _ pool: MaxPool, capacity: Int) {
        shape = pool_shape(layer, pool)
        (inputCount, outputCount) = (layer.input.count, layer.output.count)
        winners = .allocate(capacity: capacity * outputCount)
    }

    deinit { winners.deallocate() }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        workspace.lanes.run(pass.count) { image, _ in
            withUnsafePointer(to: shape) {
                pool_forward(
                    $0, x + image * inputCount, y + image * outputCount, winners + image * outputCount)
            }
        }
    }

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        guard let dx else { return }
        workspace.lanes.run(pass.count) { image, _ in
            withUnsafePointer(to: shape) {
                pool_backward(
                    $0, dy + image * outputCount, winners + image * outputCount, dx + image * inputCount)
            }
        }
    }
}

extension pool_shape {
    init(_ layer: Layer, _ pool: MaxPool) {
        self.init(
            height: Int32(layer.input.height), width: Int32(layer.input.width),
            channels: Int32(layer.input.channels), kernel: Int32(pool.kernel), stride: Int32(pool.stride),
            out_height: Int32(layer.output.height), out_width: Int32(layer.output.width))
    }
}
