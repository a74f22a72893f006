// What is drawn for the alterations of pixels: within its bounds, in its own place, and the same for ever.

import Compute
import Datasets
import Foundation
import Images
import Randomness
import Testing

@testable import InputPipeline

@Suite struct AlterationTests {
    private let axes = ColorAxes(covariance: [SIMD3(2500, 0, 0), SIMD3(0, 400, 0), SIMD3(0, 0, 100)])
    private let all = Augmentation(
        randomCrop: true, flip: true, pcaColor: 0.1,
        colorJitter: ColorJitter(brightness: 0.4, contrast: 0.3, saturation: 2, hue: 0.1),
        turns: [.upright, .right, .halfTurn, .left])

    private func alterations(_ augmentation: Augmentation, _ count: Int = 2000) -> [Alteration] {
        (0..<count).map { augmentation.alteration(seed: 1, epoch: 2, sample: $0) }
    }

    @Test func boxesAreAsTorchvisionsAre() {
        let crop = ResizedCrop()
        var areas: [Double] = []
        for sample in 0..<2000 {
            var random = Philox(seed: 1, purpose: .augmentation, minor: UInt32(sample))
            let box = crop.box(width: 500, height: 375, &random)
            #expect(
                box.left >= 0 && box.top >= 0 && box.left + box.width <= 500 && box.top + box.height <= 375)
            let area = Double(box.width * box.height) / (500 * 375)
            #expect(area > 0.079 && area <= 1)
            #expect((0.74...1.35).contains(Double(box.width) / Double(box.height)))
            areas.append(area)
        }
        // torchvision.transforms.RandomResizedCrop.get_params, 30,000 times for this size: 0.434.
        #expect(abs(areas.reduce(0, +) / 2000 - 0.434) < 0.02)
    }

    /// Where no box of an allowed shape fits: the middle.
    @Test func imagesOfOddShapes() {
        let crop = ResizedCrop(scale: 1...1)
        for (width, height, expected) in [
            (4000, 10, ResizedCrop.Box(left: 1993, top: 0, width: 13, height: 10)),
            (10, 4000, ResizedCrop.Box(left: 0, top: 1993, width: 10, height: 13)),
            (1, 1, ResizedCrop.Box(left: 0, top: 0, width: 1, height: 1)),
        ] {
            var random = Philox(seed: 1, purpose: .augmentation)
            #expect(crop.box(width: width, height: height, &random) == expected)
        }
    }

    @Test func jitterHasItsRangesAndEveryOrder() {
        let steps = alterations(all).compactMap(\.jitter)
        #expect(steps.count == 2000)
        var orders: Set<String> = []
        for step in steps.flatMap(\.all) {
            switch step {
            case .brightness(let factor): #expect((0.6...1.4).contains(factor))
            case .contrast(let factor): #expect((0.7...1.3).contains(factor))
            case .saturation(let factor): #expect((0...3).contains(factor))
            case .hue(let shift): #expect((-0.1...0.1).contains(shift))
            }
        }
        for step in steps { orders.insert("\(step.all.map { "\($0)".prefix(3) })") }
        #expect(orders.count == 24)
    }

    @Test func turnsAreEquallyLikely() {
        let turns = alterations(all).map(\.turn)
        for turn in all.turns { #expect((430...570).contains(turns.count { $0 == turn })) }
        #expect(alterations(.none, 50).allSatisfy { $0.turn == .upright && $0.jitter == nil })
    }

    @Test func switchingOneOffLeavesTheOthers() {
        var few = all
        (few.turns, few.randomCrop, few.pcaColor) = ([], false, 0)
        few.colorJitter?.contrast = 0
        for (one, other) in zip(alterations(all, 50), alterations(few, 50)) {
            let rest = one.jitter?.all.filter { if case .contrast = $0 { false } else { true } }
            #expect(other.jitter?.all == rest)
        }
        let plain = Augmentation(randomCrop: true, flip: true, pcaColor: 0.1)
        for sample in 0..<50 {
            #expect(
                all.draw(seed: 1, epoch: 2, sample: sample, crop: 227, axes: axes)
                    == plain.draw(seed: 1, epoch: 2, sample: sample, crop: 227, axes: axes))
        }
    }

    @Test func afterAResizedCropThePixelsLieInTheCorner() {
        let crop = Augmentation(flip: true, resizedCrop: ResizedCrop())
        for sample in 0..<20 {
            let draw = crop.draw(seed: 1, epoch: 0, sample: sample, crop: 224, axes: axes)
            #expect((draw.top, draw.left) == (0, 0))
        }
    }

    /// As published: along the first axis 55.46 of 255.
    @Test func coloursOfImageNet() {
        let noise = Augmentation(pcaColor: 0.1, pcaStatistics: .imagenet)
        let draws = (0..<4000).map { noise.draw(seed: 1, epoch: 2, sample: $0, crop: 227, axes: axes) }
        let squares = draws.map { ($0.color * $0.color).sum() }.reduce(0, +) / 4000
        #expect(abs(Double(squares).squareRoot() / 5.568 - 1) < 0.03)
    }
}
