// The colour axes of ImageNet as they were published: fb.resnet.torch, datasets/imagenet.lua (2015), whose lighting noise
// is the paper's with these numbers on the 0–1 scale.

internal import Datasets

extension ColorAxes {
    static let imagenet: ColorAxes = {
        let vectors: [SIMD3<Double>] = [
            SIMD3(-0.5675, -0.5808, -0.5836), SIMD3(0.7192, -0.0045, -0.6948), SIMD3(0.4009, -0.8140, 0.4203),
        ]
        let deviations = 255 * SIMD3(0.2175, 0.0188, 0.0045)
        // Σ d² v vᵀ, of which these are the axes.
        var rows = [SIMD3<Double>](repeating: .zero, count: 3)
        for axis in 0..<3 {
            let vector = vectors[axis]
            let variance = deviations[axis] * deviations[axis]
            for row in 0..<3 { rows[row] += variance * vector[row] * vector }
        }
        return ColorAxes(covariance: rows)
    }()
}
