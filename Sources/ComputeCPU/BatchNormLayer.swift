// Batch normalisation, in three passes: sums of each image, one task per image; their total and what follows from it for
// each channel, in double; then each image's pixels. Which images run where leaves no trace in the sums.

internal import CKernels
internal import Networks

final class BatchNormLayer: LayerOperation {
    private let norm: BatchNorm
    private let pixels: Int
    private let channels: Int
    let ownCount: Int
    let masksReLU: Bool
    /// Each [channels], one after the other as `Parameter.Role` has them.
    private let parameters: Floats
    private let gradients: Floats

    /// [images][2][channels], and [2][channels] of all.
    private let sums: UnsafeMutablePointer<Double>
    private let total: UnsafeMutablePointer<Double>
    /// What the last pass took, for its backward pass: the mean, and 1 / √(variance + ε).
    private var batch: [(mean: Double, inverse: Double)]
    /// [4][channels]: what the kernels take.
    private let coefficients: Floats

    /// - Parameters:
    ///   - afterReLU: whether a ReLU stands before: dx is then its gradient.
    ///   - parameters: of this layer, weight, bias, running mean and variance.
    init(
        _ layer: Layer, _ norm: BatchNorm, capacity: Int, afterReLU: Bool, parameters: Floats,
        gradients: Floats
    ) {
        (self.norm, self.parameters, self.gradients) = (norm, parameters, gradients)
        masksReLU = afterReLU
        channels = layer.input.channels
        pixels = layer.input.height * layer.input.width
        sums = .allocate(capacity: 2 * capacity * channels)
        total = .allocate(capacity: 2 * channels)
        coefficients = .allocate(capacity: 4 * channels)
        batch = Array(repeating: (0, 0), count: channels)
        // A double is two floats.
        ownCount = (4 * (capacity + 1) + 8) * channels
    }

    deinit {
        sums.deallocate()
        total.deallocate()
        coefficients.deallocate()
    }

    private var weight: Floats { parameters }
    private var bias: Floats { parameters + channels }
    private var runningMean: Floats { parameters + 2 * channels }
    private var runningVariance: Floats { parameters + 3 * channels }

    // MARK: - Forward

    func forward(x: Floats, y: Floats, _ pass: Pass, _ workspace: Workspace) {
        if pass.measuresBatch { measure(x, pass, workspace) }
        let (mean, scale) = (coefficients, coefficients + channels)
        for channel in 0..<channels {
            if !pass.measuresBatch {
                batch[channel] = (
                    Double(runningMean[channel]), inverse(of: Double(runningVariance[channel]))
                )
            }
            let (center, inverse) = batch[channel]
            mean[channel] = Float(center)
            scale[channel] = Float(inverse * Double(weight[channel]))
        }
        let affine = batch_norm_affine(mean: mean, scale: scale, shift: bias)
        workspace.lanes.run(pass.count) { image, _ in
            let at = image * pixels * channels
            withUnsafePointer(to: affine) {
                batch_norm_forward($0, x + at, y + at, pixels, Int32(channels))
            }
        }
    }

    /// Mean and variance of the batch, and the step of the running ones towards them.
    private func measure(_ x: Floats, _ pass: Pass, _ workspace: Workspace) {
        sum(x, times: x, pass, workspace)
        let count = Double(pass.count * pixels)
        let momentum = Double(norm.momentum)
        for channel in 0..<channels {
            let mean = total[channel] / count
            // Rounding may leave less than nothing. NaN stays.
            let squares = total[channels + channel] - mean * total[channel]
            let deviations = squares < 0 ? 0 : squares
            batch[channel] = (mean, inverse(of: deviations / count))
            let estimate = deviations / max(1, count - 1)
            runningMean[channel] = Float((1 - momentum) * Double(runningMean[channel]) + momentum * mean)
            runningVariance[channel] = Float(
                (1 - momentum) * Double(runningVariance[channel]) + momentum * estimate)
        }
    }

    private func inverse(of variance: Double) -> Double { 1 / (variance + Double(norm.epsilon)).squareRoot() }

    /// Into `total`: of each channel Σ a and Σ a · b.
    private func sum(_ a: Floats, times b: Floats, _ pass: Pass, _ workspace: Workspace) {
        workspace.lanes.run(pass.count) { image, _ in
            let at = image * pixels * channels
            batch_norm_sums(a + at, b + at, pixels, Int32(channels), sums + 2 * image * channels)
        }
        batch_norm_total(sums, Int32(pass.count), Int32(channels), total)
    }

    // MARK: - Backward

    /// With x̂ = (x − mean) · inverse:  dweight = Σ dy · x̂,  dbias = Σ dy,
    /// dx = weight · inverse · (dy − mean of dy − x̂ · mean of dy · x̂). A frozen one is a fixed map: dx = weight · inverse · dy.
    func backward(x: Floats, y: Floats, dy: Floats, dx: Floats?, _ pass: Pass, _ workspace: Workspace) {
        if pass.measuresBatch {
            sum(dy, times: x, pass, workspace)
        } else {
            total.update(repeating: 0, count: 2 * channels)
        }
        let count = Double(pass.count * pixels)
        let (mean, scale) = (coefficients, coefficients + channels)
        let (pull, slope) = (coefficients + 2 * channels, coefficients + 3 * channels)
        for channel in 0..<channels {
            let (center, inverse) = batch[channel]
            let shift = total[channel]
            let stretch = (total[channels + channel] - center * shift) * inverse
            gradients[channel] = Float(stretch)
            gradients[channels + channel] = Float(shift)
            mean[channel] = Float(center)
            scale[channel] = Float(inverse * Double(weight[channel]))
            pull[channel] = Float(shift / count)
            slope[channel] = Float(stretch * inverse / count)
        }
        guard let dx else { return }
        let gradient = batch_norm_gradient(
            mean: mean, scale: scale, pull: pull, slope: slope, rectified: masksReLU ? 1 : 0)
        workspace.lanes.run(pass.count) { image, _ in
            let at = image * pixels * channels
            withUnsafePointer(to: gradient) {
                batch_norm_backward($0, x + at, dy + at, dx + at, pixels, Int32(channels))
            }
        }
    }
}

extension Pass {
    /// Whether statistics are those of the batch, which move the running ones.
    fileprivate var measuresBatch: Bool { training && !isFrozen }
}
