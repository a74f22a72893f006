// Max pooling with the normalisation before it and the gradient of the ReLU before both, one task per image, or per band of
// one where images are few, on our own kernels. Remembers where each maximum was.

internal import CKernels
internal import Networks

final class ResponsePoolLayer: LayerOperation {
    /// Images that are cut into bands, and into how many. A band normalises a row that the next one does as well.
    private static let (few, bands) = (8, 4)

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
        let bands = pass.count > Self.few ? 1 : Self.bands
        let height = Int(shape.pool.out_height)
        let (inputRow, outputRow) = (inputCount / Int(shape.pool.height), outputCount / height)
        workspace.lanes.run(pass.count * bands) { task, lane in
            let (image, band) = (task / bands, task % bands)
            let (first, end) = (height * band / bands, height * (band + 1) / bands)
            guard first < end else { return }
            var shape = shape
            shape.pool.out_height = Int32(end - first)
            let output = image * outputCount + first * outputRow
            kernels.forward(
                &shape, x + image * inputCount + first * Int(shape.pool.stride) * inputRow, y + output,
                winners + output, workspace.scratch[lane])
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
