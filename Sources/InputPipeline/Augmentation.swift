// What is drawn at random for each training sample: crop, mirror, colour (Krizhevsky et al. 2012, section 4.1), and what
// later networks added. A function of seed, epoch and sample, so that no thread, batch size or restart can change it.
//
// The engine crops, mirrors and adds a colour: that is a `Draw`. What it cannot do is an `Alteration` of the pixels,
// which is done before. Each number has its place in the sample's stream:
//
//   words   0–2 crop and mirror   3–8 colour noise   12 turn   16–22 colour jitter   32… resized crop, four for each try

package import Compute
package import Datasets
package import Images
internal import Randomness

package struct Augmentation: Hashable, Sendable {
    /// Whose colours the noise is made of.
    package enum ColorStatistics: Hashable, Sendable { case dataset, imagenet }

    package var randomCrop: Bool
    package var flip: Bool
    /// Deviation of the PCA colour noise in units of the data's principal deviations; 0 for none. The paper: 0.1.
    package var pcaColor: Double
    package var pcaStatistics: ColorStatistics
    /// In place of a crop of the square.
    package var resizedCrop: ResizedCrop?
    package var colorJitter: ColorJitter?
    /// What an image is turned by, each as likely; empty for none.
    package var turns: [Orientation]

    package static let none = Augmentation()

    package init(
        randomCrop: Bool = false, flip: Bool = false, pcaColor: Double = 0,
        pcaStatistics: ColorStatistics = .dataset, resizedCrop: ResizedCrop? = nil,
        colorJitter: ColorJitter? = nil, turns: [Orientation] = []
    ) {
        (self.randomCrop, self.flip, self.pcaColor) = (randomCrop, flip, pcaColor)
        (self.pcaStatistics, self.resizedCrop) = (pcaStatistics, resizedCrop)
        (self.colorJitter, self.turns) = (colorJitter, turns)
    }

    /// Pixels are changed before the engine has them.
    package var alters: Bool { resizedCrop != nil || colorJitter != nil || !turns.isEmpty }

    /// What the engine does to sample `sample` in `epoch`, for a network that sees `crop` × `crop` pixels. After a
    /// resized crop these lie in the corner.
    ///
    /// Every number has its place in the sample's stream, used or not: switching one augmentation off leaves the others
    /// as they were.
    package func draw(seed: UInt64, epoch: Int, sample: Int, crop: Int, axes: ColorAxes) -> Draw {
        var draw = resizedCrop == nil ? Draw.center(crop: crop) : Draw(top: 0, left: 0)
        guard randomCrop || flip || pcaColor > 0 else { return draw }
        var random = Self.stream(seed, epoch, sample)
        let (top, left) = (random.below(Batch.side - crop + 1), random.below(Batch.side - crop + 1))
        if randomCrop { (draw.top, draw.left) = (Int32(top), Int32(left)) }
        let mirrored = random.below(2) == 1
        if flip { draw.flip = mirrored }
        if pcaColor > 0 {
            let amounts = SIMD3(random.normal(), random.normal(), random.normal())
            let axes = pcaStatistics == .imagenet ? ColorAxes.imagenet : axes
            draw.color = SIMD3<Float>(axes.offset(pcaColor * amounts))
        }
        return draw
    }

    /// What is done to the sample's pixels before.
    func alteration(seed: UInt64, epoch: Int, sample: Int) -> Alteration {
        var random = Self.stream(seed, epoch, sample)
        random.skip(to: 12)
        let turn = random.below(max(1, turns.count))
        random.skip(to: 16)
        let jitter = colorJitter?.steps(&random)
        random.skip(to: 32)
        return Alteration(
            turn: turns.isEmpty ? .upright : turns[turn], jitter: jitter, resizedCrop: resizedCrop,
            random: random)
    }

    private static func stream(_ seed: UInt64, _ epoch: Int, _ sample: Int) -> Philox {
        Philox(seed: seed, purpose: .augmentation, major: UInt32(epoch), minor: UInt32(sample))
    }
}
