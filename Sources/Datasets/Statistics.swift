// What one look at every image of a data set tells: the colours of the training images, and which files do not decode.

/// All colours on the 0–255 scale, over the training images' 256 × 256 squares.
package struct Statistics: Hashable, Sendable {
    package struct Undecodable: Codable, Hashable, Sendable {
        /// Place in the split's samples.
        package let index: Int
        package let path: String
        package let reason: String
    }

    package let mean: SIMD3<Double>
    /// Of single pixels, per channel.
    package let deviation: SIMD3<Double>
    /// Rows of red, green and blue.
    package let covariance: [SIMD3<Double>]
    package let axes: ColorAxes
    /// Sorted by index.
    package let undecodableTrain: [Undecodable]
    package let undecodableValidation: [Undecodable]
    /// The mean of each pixel of the squares, [256][256][3]; nil where nobody has looked.
    package let meanImage: [Float]?

    /// What the colours above are computed from: exact, and the same for any number of threads.
    let sums: ColorSums

    init(
        sums: ColorSums, undecodableTrain: [Undecodable], undecodableValidation: [Undecodable],
        meanImage: [Float]? = nil
    ) {
        (self.sums, self.meanImage) = (sums, meanImage)
        (self.undecodableTrain, self.undecodableValidation) = (undecodableTrain, undecodableValidation)
        mean = sums.mean
        let covariance = sums.covariance
        self.covariance = covariance
        deviation = SIMD3((0..<3).map { max(covariance[$0][$0], 0).squareRoot() })
        axes = ColorAxes(covariance: covariance)
    }

    /// These statistics with the mean image of others of the same data set.
    func with(meanImage: [Float]?) -> Statistics {
        Statistics(
            sums: sums, undecodableTrain: undecodableTrain, undecodableValidation: undecodableValidation,
            meanImage: meanImage)
    }
}
