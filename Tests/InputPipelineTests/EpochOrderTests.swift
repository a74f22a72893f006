// Orders and draws are part of every run's identity: pinned, because a change would break every resumed run.

import Compute
import Datasets
import InputPipeline
import Testing

@Suite struct EpochOrderTests {
    private func order(_ count: Int, seed: UInt64 = 1, epoch: Int = 0) -> [Int32] {
        EpochOrder.indices(count: count, seed: seed, epoch: epoch, shuffle: true)
    }

    @Test(arguments: [0, 1, 2, 10, 1000]) func isAPermutation(_ count: Int) {
        #expect(order(count).sorted() == Array(0..<Int32(count)))
    }

    @Test func pinned() {
        // As an independent program has them (Philox and Fisher-Yates in Python).
        #expect(order(10) == [6, 7, 0, 4, 5, 9, 8, 2, 3, 1])
        #expect(order(10, epoch: 1) == [4, 0, 2, 5, 9, 1, 7, 3, 6, 8])
    }

    @Test func seedAndEpochCount() {
        #expect(order(100) != order(100, seed: 2))
        #expect(order(100) != order(100, epoch: 1))
        #expect(order(100) == order(100))
    }

    @Test func identityWithoutShuffling() {
        #expect(EpochOrder.indices(count: 5, seed: 1, epoch: 3, shuffle: false) == [0, 1, 2, 3, 4])
    }

    @Test func everyPlaceIsEquallyLikely() {
        var counts = [Int](repeating: 0, count: 8)
        for epoch in 0..<4000 { counts[order(8, epoch: epoch).firstIndex(of: 0)!] += 1 }
        #expect(counts.allSatisfy { (400...600).contains($0) })
    }

    @Test func aMillionSamplesTakeSecondsAtMost() {
        let start = ContinuousClock.now
        #expect(order(1_300_000).count == 1_300_000)
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}

@Suite struct AugmentationTests {
    let axes = ColorAxes(covariance: [SIMD3(2500, 0, 0), SIMD3(0, 400, 0), SIMD3(0, 0, 100)])
    let full = Augmentation(randomCrop: true, flip: true, pcaColor: 0.1)

    private func draws(_ augmentation: Augmentation, _ count: Int = 2000, crop: Int = 227) -> [Draw] {
        (0..<count).map { augmentation.draw(seed: 1, epoch: 2, sample: $0, crop: crop, axes: axes) }
    }

    @Test func pinned() {
        // As an independent program has it.
        #expect(
            draws(full, 1) == [
                Draw(top: 1, left: 15, flip: false, color: SIMD3(2.7373421, 2.4659805, -0.23533611))
            ])
    }

    @Test func noneIsTheMiddle() {
        #expect(Set(draws(.none)) == [Draw(top: 14, left: 14)])
    }

    @Test func cropsReachEveryPlaceAndNoOther() {
        let draws = draws(full)
        #expect(Set(draws.map(\.top)) == Set(0...29))
        #expect(Set(draws.map(\.left)) == Set(0...29))
        #expect((900...1100).contains(draws.count { $0.flip }))
        #expect(Set(self.draws(full, 10, crop: 256).map(\.top)) == [0])
    }

    @Test func colourHasTheDataSetsSpread() {
        let draws = draws(full)
        for (channel, expected) in [5, 2, 1].enumerated() as EnumeratedSequence<[Float]> {
            let square = draws.map { $0.color[channel] * $0.color[channel] }.reduce(0, +) / Float(draws.count)
            #expect(abs(square.squareRoot() / expected - 1) < 0.08)
        }
    }

    @Test func switchingOneOffLeavesTheOthers() {
        let all = draws(full, 50)
        let noFlip = draws(Augmentation(randomCrop: true, flip: false, pcaColor: 0.1), 50)
        #expect(noFlip.allSatisfy { !$0.flip })
        #expect(noFlip.map(\.color) == all.map(\.color) && noFlip.map(\.top) == all.map(\.top))
        let noCrop = draws(Augmentation(randomCrop: false, flip: true, pcaColor: 0.1), 50)
        #expect(noCrop.map(\.flip) == all.map(\.flip) && noCrop.allSatisfy { $0.top == 14 && $0.left == 14 })
    }
}
