// Which image comes into which shard, and in which order there: shuffled, so that whoever streams a shard meets all
// classes. Decided before any image is looked at; one that cannot be used leaves no gap.

package import Datasets
internal import Randomness

package struct ShardPlan {
    package struct Shard: Hashable {
        package let split: Dataset.Split
        package let number: Int
        /// Of the split.
        package let count: Int
        /// Places in the listing, in the order of the records.
        package let images: [Int]

        package var name: String { RecordSet.shardFile(split, number, of: count) }
    }

    /// Training's first, then validation's, then test's.
    package let shards: [Shard]

    /// Between the 100 MB below which opening files begins to cost and the 200 MB that cost a restart.
    private static let bytesPerShard = 150_000_000

    package init(_ listing: Listing, _ settings: PreparationSettings) {
        let bySplit = Dictionary(grouping: listing.images.indices) {
            listing.images[$0].split ?? .train
        }
        let perImage = Self.bytesPerImage(settings)
        func automatic(_ images: Int) -> Int { images * perImage / Self.bytesPerShard + 1 }
        let training = bySplit[.train, default: []].count
        shards = Dataset.Split.allCases.flatMap { split -> [Shard] in
            var images = bySplit[split, default: []]
            guard !images.isEmpty else { return [] }
            var random = Philox(seed: settings.seed, purpose: .recordOrder, major: Self.stream(split))
            for last in stride(from: images.count - 1, to: 0, by: -1) {
                images.swapAt(last, random.below(last + 1))
            }
            let asked = settings.shards.map { $0 * images.count / max(training, 1) }
            let count = min(max(asked ?? automatic(images.count), 1), images.count)
            return (0..<count).map { number in
                let range = number * images.count / count..<(number + 1) * images.count / count
                return Shard(split: split, number: number, count: count, images: Array(images[range]))
            }
        }
    }

    /// Photographs of 256 × 256 pixels come to about 35 kB at quality 95 (measured), and to area and quality beyond that.
    private static func bytesPerImage(_ settings: PreparationSettings) -> Int {
        switch settings.format {
        case .raw: 256 * 256 * 3
        case .jpeg:
            max(35_000 * settings.size / 256 * settings.size / 256 * (settings.quality > 90 ? 2 : 1) / 2, 1)
        }
    }

    private static func stream(_ split: Dataset.Split) -> UInt32 {
        switch split {
        case .train: 0
        case .validation: 1
        case .test: 2
        }
    }
}
