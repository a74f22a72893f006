// What is drawn at random for each training sample: crop, mirror, colour (Krizhevsky et al. 2012, section 4.1). A
// function of seed, epoch and sample, so that no thread, batch size or restart can change it.

package import Compute
package import Datasets
internal import Randomness

package struct Augmentation: Hashable, Sendable {
    package var randomCrop: Bool
    package var flip: Bool
    /// Deviation of the PCA colour noise in units of the data's principal deviations; 0 for none. The paper: 0.1.
    package var pcaColor: Double

    package static let none = Augmentation(randomCrop: false, flip: false, pcaColor: 0)

    package init(randomCrop: Bool, flip: Bool, pcaColor: Double) {
        (self.randomCrop, self.flip, self.pcaColor) = (randomCrop, flip, pcaColor)
    }

    /// What happens to sample `sample` in `epoch`, for a network that sees `crop` × `crop` pixels.
    ///
    /// Every number has its place in the sample's stream, used or not: switching one augmentation off leaves the others
    /// as they were.
    package func draw(seed: UInt64, epoch: Int, sample: Int, crop: Int, axes: ColorAxes) -> Draw {
        var draw = Draw.center(crop: crop)
        if self == .none { return draw }
        var random = Philox(seed: seed, purpose: .augmentation, major: UInt32(epoch), minor: UInt32(sample))
        let (top, left) = (random.below(Batch.side - crop + 1), random.below(Batch.side - crop + 1))
        if randomCrop { (draw.top, draw.left) = (Int32(top), Int32(left)) }
        let mirrored = random.below(2) == 1
        if flip { draw.flip = mirrored }
        if pcaColor > 0 {
            let amounts = SIMD3(random.normal(), random.normal(), random.normal())
            draw.color = SIMD3<Float>(axes.offset(pcaColor * amounts))
        }
        return draw
    }
}
