// Which training images become validation images, where the source does not say: of every class the same share, drawn
// from the seed, so that no class is without.

package import Datasets
internal import Randomness

package enum Splitting {
    /// The split of every image; those that have one keep it. A class of a single image keeps it for training.
    package static func splits(_ listing: Listing, validation share: Double, seed: UInt64) -> [Dataset.Split]
    {
        var splits = listing.images.map { $0.split ?? .train }
        let undivided = Dictionary(
            grouping: listing.images.indices.filter { listing.images[$0].split == nil }
        ) {
            listing.images[$0].label
        }
        for (label, images) in undivided where images.count > 1 {
            let wanted = Int((Double(images.count) * share).rounded())
            let count = min(max(wanted, 1), images.count - 1)
            var random = Philox(seed: seed, purpose: .validationSplit, major: UInt32(label))
            var shuffled = images
            // The first `count` of a shuffle by Fisher and Yates.
            for place in 0..<count {
                shuffled.swapAt(place, place + random.below(images.count - place))
                splits[shuffled[place]] = .validation
            }
        }
        return splits
    }
}
