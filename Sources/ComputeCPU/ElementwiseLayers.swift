// Layers that change activations where they lie: ReLU and dropout, and flattening, which changes nothing.

internal import CKernels
internal import Networks
internal import Randomness

final class ReLULayer: LayerOperation {
    private let count: Int
    /// The layer before has done it already.
    private let isFused: Bool
    /// The layer behind it does.
    private let gradientIsFused: Bool
    var isInPlace: Bool { true }

    init(_ layer: Layer, isFused: Bool, gradientIsFused: Bool) {
        count = layer.input.count
        (self.isFused, self.gradientIsFused) = (isFused, gradientIsFused)
    }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        if isFused { return }
        workspace.lanes.run(pass.count) { image, _ in relu_forward(y + image * count, count) }
    }

    /// A unit that dropout zeroed since has no gradient either, so looking at y is enough.
    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        if gradientIsFused { return }
        workspace.lanes.run(pass.count) { image, _ in
            relu_backward(y + image * count, dy + image * count, count)
        }
    }
}

final class DropoutLayer: LayerOperation {
    private let count: Int
    private var key: dropout_key
    var isInPlace: Bool { true }

    /// - Parameter index: of the layer in the network.
    init(_ layer: Layer, rate: Float, index: Int, seed: UInt64) {
        count = layer.input.count
        key = dropout_key(
            seed: seed, step: 0, purpose: Purpose.dropout.rawValue, layer: UInt32(index),
            threshold: UInt32(min(Double(rate) * 0x1p32, 0x1p32 - 1)), scale: 1 / (1 - rate))
    }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        if pass.training || pass.drops { mask(y, pass, workspace) }
    }

    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        mask(dy, pass, workspace)
    }

    private func mask(_ values: Floats, _ pass: Pass, _ workspace: Workspace) {
        key.step = UInt64(pass.step)
        let key = key
        workspace.lanes.run(pass.count) { slot, _ in
            withUnsafePointer(to: key) {
                dropout_apply($0, UInt32(pass.first + slot), values + slot * count, count)
            }
        }
    }
}

/// Activations are [height][width][channels] already; only the canonical order of the next layer's weights differs.
final class FlattenLayer: LayerOperation {
    var isInPlace: Bool { true }

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {}
    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {}
}
