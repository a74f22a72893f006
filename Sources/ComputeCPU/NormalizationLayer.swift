// Local response normalisation, one task per image.

internal import CKernels
internal import Networks

final class NormalizationLayer: LayerOperation {
    private let shape: lrn_shape
    private let pixels: Int
    private let channels: Int

    init(_ layer: Layer, _ norm: LocalResponseNorm) {
        shape = lrn_shape(size: Int32(norm.size), alpha: norm.alpha, beta: norm.beta, k: norm.k)
        pixels = layer.input.height * layer.input.width
        channels = layer.input.channels
    }

    var scratchCount: Int { 3 * channels + 32 }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        workspace.lanes.run(pass.count) { image, lane in
            let at = image * pixels * channels
            withUnsafePointer(to: shape) {
                lrn_forward($0, x + at, y + at, pixels, Int32(channels), workspace.scratch[lane])
            }
        }
    }

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        guard let dx else { return }
        workspace.lanes.run(pass.count) { image, lane in
            let at = image * pixels * channels
            withUnsafePointer(to: shape) {
                lrn_backward($0, x + at, dy + at, dx + at, pixels, Int32(channels), workspace.scratch[lane])
            }
        }
    }
}
