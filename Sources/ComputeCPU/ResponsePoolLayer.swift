// Max pooling with the normalisation before it and the gradient of the ReLU before both, one task per image, on our own
// kernels. Remembers where each maximum was.

internal import CKernels
internal import Networks

final class ResponsePoolLayer: LayerOperation {
    private let kernels: response_pool_kernels
    private let shape: response_pool
    private let inputCount: Int
    private let outputCount: Int
    private let winners: UnsafeMutablePointer<UInt8>

    /// - Parameters:
    ///   - norm: what `canNormalize` has agreed to; the layer of it is passed over.
    ///   - rectified: whether a ReLU stands before.
    init(
        _ layer: Layer, _ pool: MaxPool, norm: LocalResponseNorm?, rectified: Bool, kernels: kernel_set,
        capacity: Int
    ) {
        self.kernels = kernels.pool
        shape = response_pool(
            pool: pool_shape(layer, pool), normalizes: norm == nil ? 0 : 1, k: norm?.k ?? 1,
            factor: norm.map { $0.alpha / Float($0.size) } ?? 0, rectified: rectified ? 1 : 0)
        (inputCount, outputCount) = (layer.input.count, layer.output.count)
        winners = .allocate(capacity: capacity * outputCount)
    }

    deinit { winners.deallocate() }

    /// The kernel knows the paper's window and exponent, and has no root of zero.
    static func canNormalize(_ norm: LocalResponseNorm) -> Bool {
        norm.size == 5 && norm.beta == 0.75 && norm.k > 0
    }

    var scratchCount: Int { withUnsafePointer(to: shape) { response_pool_scratch($0) } }
    var masksReLU: Bool { shape.rectified == 1 }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        workspace.lanes.run(pass.count) { image, lane in
            withUnsafePointer(to: shape) {
                kernels.forward(
                    $0, x + image * inputCount, y + image * outputCount, winners + image * outputCount,
                    workspace.scratch[lane])
            }
        }
    }

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        guard let dx else { return }
        workspace.lanes.run(pass.count) { image, lane in
            withUnsafePointer(to: shape) {
                kernels.backward(
                    $0, x + image * inputCount, dy + image * outputCount, winners + image * outputCount,
                    dx + image * inputCount, workspace.scratch[lane])
            }
        }
    }
}

/// A layer that the next one does with its own.
final class PassedOverLayer: LayerOperation {
    let masksReLU: Bool
    var isInPlace: Bool { true }

    init(masksReLU: Bool) { self.masksReLU = masksReLU }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {}
    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {}
}
