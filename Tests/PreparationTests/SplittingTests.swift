// Who is for validation: of every class the same share, the same for the same seed, and nobody who has a place already.

import Datasets
import Foundation
import Preparation
import Testing

@Suite struct SplittingTests {
    private func listing(_ counts: [Int], split: Dataset.Split? = nil) -> Listing {
        let images = counts.enumerated().flatMap { label, count in
            (0..<count).map {
                SourceImage(
                    name: "\(label)/\(1000 + $0)", label: Int32(label), split: split,
                    place: .file("\(label)/\($0)"),
                    size: 1)
            }
        }
        return Listing(counts.indices.map { .init(name: "\($0)", text: "") }, images)
    }

    private func validation(_ listing: Listing, _ share: Double, seed: UInt64 = 1) -> [Int] {
        let splits = Splitting.splits(listing, validation: share, seed: seed)
        return listing.categories.indices.map { label in
            zip(listing.images, splits).count { $0.label == label && $1 == .validation }
        }
    }

    @Test func everyClassGivesTheSameShare() {
        #expect(validation(listing([100, 10, 7, 50]), 0.2) == [20, 2, 1, 10])
        #expect(validation(listing([100, 10]), 0.5) == [50, 5])
        #expect(validation(listing([2, 3, 1]), 0.01) == [1, 1, 0], "one at least, and one for training")
        #expect(validation(listing([2, 3, 1]), 0.999) == [1, 2, 0])
    }

    @Test func theSeedDecides() {
        let listing = listing([500, 500])
        let one = Splitting.splits(listing, validation: 0.2, seed: 1)
        #expect(Splitting.splits(listing, validation: 0.2, seed: 1) == one)
        #expect(Splitting.splits(listing, validation: 0.2, seed: 2) != one)
        let (first, second) = (Array(one[..<500]), Array(one[500...]))
        #expect(first != second, "another choice in each class")
        // Spread over the class, not taken from one end: the mean place of 100 of 500 is 250 ± 13 (one deviation).
        let places = first.indices.filter { first[$0] == .validation }
        #expect(abs(places.reduce(0, +) / places.count - 250) < 60)
    }

    @Test func whoHasAPlaceKeepsIt() {
        let given = listing([10, 10], split: .test)
        #expect(Splitting.splits(given, validation: 0.5, seed: 1).allSatisfy { $0 == .test })
    }

    @Test func shardsHoldEveryImageOnceAndAreShuffled() {
        var listing = listing([600, 400])
        listing.assign(Splitting.splits(listing, validation: 0.2, seed: 1))
        var settings = PreparationSettings()
        settings.shards = 7
        let plan = ShardPlan(listing, settings)
        #expect(plan.shards.count == 8)
        #expect(plan.shards.flatMap(\.images).sorted() == Array(0..<1000))
        #expect(plan.shards.map(\.name).first == "train-00000-of-00007")
        #expect(plan.shards.map(\.name).last == "validation-00000-of-00001")
        for shard in plan.shards {
            let cats = shard.images.count { listing.images[$0].label == 0 }
            #expect(Double(cats) / Double(shard.images.count) > 0.4, "classes are mixed")
            #expect(shard.images.allSatisfy { listing.images[$0].split == shard.split })
        }
        settings.shards = 5000
        #expect(ShardPlan(listing, settings).shards.count == 1000, "no empty ones")
    }

    /// 100 to 200 MB each.
    @Test func shardsAreOfAHandySize() {
        var listing = listing([40_000])
        listing.assign(Splitting.splits(listing, validation: 0.2, seed: 1))
        var settings = PreparationSettings()
        settings.format = .raw
        let training = ShardPlan(listing, settings).shards.filter { $0.split == .train }
        #expect((100...200).contains(training[0].images.count * 196_608 / 1_000_000))
    }
}
