// How pixels become the network's input: (pixel + color − mean) ÷ deviation.

package struct Normalization: Codable, Hashable, Sendable {
    /// Of each channel…
    package var mean: SIMD3<Float>
    package var deviation: SIMD3<Float>
    /// …or, in place of the channels' mean, that of each pixel: [256][256][3], taken from the same place of the square as
    /// the crop, before it is mirrored. Too large for JSON: checkpoints have it as a tensor.
    package var meanImage: [Float]?

    private enum CodingKeys: CodingKey { case mean, deviation }

    /// - Parameter meanImage: `Batch.bytesPerImage` values.
    package init(mean: SIMD3<Float>, deviation: SIMD3<Float>, meanImage: [Float]? = nil) {
        precondition(
            meanImage.map { $0.count == Batch.bytesPerImage } ?? true, "no image of the square's size")
        (self.mean, self.deviation, self.meanImage) = (mean, deviation, meanImage)
    }
}
