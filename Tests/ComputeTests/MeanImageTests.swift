// A mean of every pixel is taken from the crop's own place, and from the pixel before it is mirrored.

import Compute
import Testing

@Suite struct MeanImageTests {
    /// What is left of a picture less itself is nothing, wherever it is cut and however it is turned.
    @Test(arguments: Conformer.all) func aPictureLessItselfIsNothing(_ conformer: Conformer) throws {
        let plain = Scene("scores", side: 9, [.flatten, .linear(outputs: 5)])
            .with { ($0.capacity, $0.count) = (6, 6) }
        let batch = plain.batch()
        for slot in 0..<batch.count {
            for place in 0..<Batch.bytesPerImage { batch.image(slot)[place] = UInt8(place * 7919 % 251) }
            batch.draws[slot].color = .zero
        }
        let picture = (0..<Batch.bytesPerImage).map { Float(batch.image(0)[$0]) }
        let scene = plain.with {
            $0.normalization = Normalization(mean: [9, 9, 9], deviation: [2, 3, 4], meanImage: picture)
        }
        let engine = try scene.engine(conformer)
        _ = try engine.evaluate(batch)
        let bias = try engine.parameter(1)
        #expect(try engine.scores() == (0..<6).flatMap { _ in bias })

        batch.draws[2].color = [0, 1, 0]
        _ = try engine.evaluate(batch)
        #expect(try engine.scores()[10..<15] != bias[...], "the colour stays")
    }

    /// The same bits as the channels' mean, where every pixel has it.
    @Test(arguments: Conformer.all) func anEvenImageIsTheChannelsMean(_ conformer: Conformer) throws {
        let mean: [Float] = [123.25, 117.1, 104.7]
        func losses(_ image: [Float]?) throws -> [Double] {
            let scene = Scenes.torchvision.with {
                $0.normalization = Normalization(
                    mean: image == nil ? SIMD3(mean) : .zero, deviation: [58, 57, 1], meanImage: image)
            }
            let engine = try scene.engine(conformer)
            return try (0..<2).map { try engine.train(scene.batch(UInt32($0)), scene.settings($0)).loss }
        }
        let even = (0..<Batch.bytesPerImage).map { mean[$0 % 3] }
        #expect(try losses(even) == losses(nil))
    }

    @Test(arguments: Conformer.devices) func threadsLeaveNoTrace(_ conformer: Conformer) throws {
        let image = (0..<Batch.bytesPerImage).map { Float($0 * 7919 % 2551) / 10 }
        let scene = Scenes.paper.with {
            ($0.capacity, $0.count) = (11, 11)
            $0.normalization = Normalization(mean: .zero, deviation: [58, 58, 58], meanImage: image)
        }
        let engines = try (1...3).map { try scene.engine(conformer, threads: $0) }
        let losses = try engines.map { try $0.train(scene.batch(), scene.settings()).loss }
        #expect(Set(losses).count == 1)
        #expect(try Set(engines.map { try $0.floats(.parameters) }).count == 1)
    }
}
