// Batches depend on seed, epoch and number only, and nothing that goes wrong makes the loader hang.

import Compute
import Datasets
import Foundation
import Images
import InputPipeline
import SystemPackage
import Testing

/// Made once: 23 training and 5 validation images.
private final class Fixture {
    let root: FilePath
    let dataset: Dataset

    init() throws {
        root = FilePath(FileManager.default.temporaryDirectory.path).appending(
            "alexnetd-\(UUID().uuidString)")
        for (folder, count) in [("train/a", 12), ("train/b", 11), ("val/a", 3), ("val/b", 2)] {
            try FileManager.default.createDirectory(
                atPath: root.appending(folder).string, withIntermediateDirectories: true)
            for index in 0..<count {
                let pixels = (0..<30 * 26 * 3).map {
                    UInt8(truncatingIfNeeded: $0 / (index % 5 + 2) + index * 31 + folder.utf8.count)
                }
                let bytes = try JPEGEncoder().encode(Image(width: 30, height: 26, pixels: pixels))
                try Data(bytes).write(to: URL(filePath: root.appending("\(folder)/\(10 + index).jpg").string))
            }
        }
        dataset = try ImageFolder.open(root)
    }

    deinit { try? FileManager.default.removeItem(atPath: root.string) }

    func loader(
        threads: Int = 1, batches: Int = 3, cacheBytes: Int = 0, seed: UInt64 = 1, dropsLast: Bool = false,
        _ augmentation: Augmentation = Augmentation(randomCrop: true, flip: true, pcaColor: 0.1)
    ) -> Loader {
        Loader(
            dataset, axes: ColorAxes(covariance: [SIMD3(900, 0, 0), SIMD3(0, 400, 0), SIMD3(0, 0, 100)]),
            .init(
                batchSize: 4, dropsLast: dropsLast, crop: 227, seed: seed, augmentation: augmentation,
                threads: threads, batches: batches, cacheBytes: cacheBytes))
    }
}

/// What a batch held.
private struct Contents: Hashable {
    let labels: [Int32]
    let draws: [Draw]
    let pixels: Int

    init(_ batch: Batch) {
        labels = Array(batch.labels.prefix(batch.count))
        draws = Array(batch.draws.prefix(batch.count))
        pixels = Data(bytes: batch.pixels, count: batch.count * Batch.bytesPerImage).withUnsafeBytes {
            bytes in
            bytes.bindMemory(to: UInt64.self).reduce(0) { ($0 &* 31) &+ Int(truncatingIfNeeded: $1) }
        }
    }
}

extension Loader {
    fileprivate func rest() throws -> [Contents] {
        var contents: [Contents] = []
        while let batch = try next() {
            contents.append(Contents(batch))
            recycle(batch)
        }
        return contents
    }

    fileprivate func pass(_ split: Dataset.Split, epoch: Int, from first: Int = 0) throws -> [Contents] {
        begin(split, epoch: epoch, from: first)
        return try rest()
    }
}

@Suite struct LoaderTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test func anEpochHoldsEverySampleOnce() throws {
        let loader = fixture.loader()
        let batches = try loader.pass(.train, epoch: 0)
        #expect(batches.map(\.labels.count) == [4, 4, 4, 4, 4, 3])
        #expect(batches.count == loader.batches(in: .train))
        #expect(batches.flatMap(\.labels).count { $0 == 0 } == 12)
        #expect(try loader.next() == nil, "the end stays the end")
    }

    @Test func theLastBatchMayBeDropped() throws {
        let (whole, loader) = (fixture.loader(), fixture.loader(dropsLast: true))
        let batches = try loader.pass(.train, epoch: 2)
        #expect(loader.batches(in: .train) == 5)
        #expect(try batches == Array(whole.pass(.train, epoch: 2).prefix(5)))
        #expect(try loader.pass(.train, epoch: 2, from: 3) == Array(batches[3...]))
        #expect(try loader.pass(.validation, epoch: 0) == whole.pass(.validation, epoch: 0), "all of it")
    }

    @Test func pixelsAreTheSamplesSquares() throws {
        let loader = fixture.loader(threads: 2)
        loader.begin(.train, epoch: 3)
        let order = EpochOrder.indices(count: 23, seed: 1, epoch: 3, shuffle: true)
        let batch = try #require(try loader.next())
        for slot in 0..<4 {
            let sample = fixture.dataset.train[Int(order[slot])]
            let bytes = try Array(Data(contentsOf: URL(filePath: fixture.dataset.path(of: sample).string)))
            let square = Resize().centerSquare(of: try JPEGDecoder().image(bytes))
            #expect(memcmp(batch.image(slot), square.pixels, Batch.bytesPerImage) == 0)
            #expect(batch.labels[slot] == sample.label)
        }
    }

    static let altering = [
        Augmentation(
            randomCrop: true, flip: true, pcaColor: 0.1,
            colorJitter: ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1),
            turns: [.upright, .right, .halfTurn, .left]),
        Augmentation(
            flip: true, resizedCrop: ResizedCrop(), colorJitter: ColorJitter(contrast: 1),
            turns: [.right, .left]),
    ]

    @Test(arguments: [Augmentation(randomCrop: true, flip: true, pcaColor: 0.1)] + altering)
    func threadsRingAndCacheDoNotMatter(_ augmentation: Augmentation) throws {
        let expected = try fixture.loader(augmentation).pass(.train, epoch: 1)
        let validation = try fixture.loader(.none).pass(.validation, epoch: 0)
        for threads in [1, 3] {
            for batches in [1, 4] {
                for cached in [0, 9, 100] {
                    let loader = fixture.loader(
                        threads: threads, batches: batches, cacheBytes: cached * Batch.bytesPerImage,
                        augmentation)
                    _ = try loader.pass(.train, epoch: 0)
                    #expect(try loader.pass(.train, epoch: 1) == expected)
                    #expect(try loader.pass(.validation, epoch: 1) == validation)
                    #expect(try loader.pass(.train, epoch: 1, from: 2) == Array(expected[2...]))
                }
            }
        }
    }

    /// Another epoch is another picture, and so is another sample.
    @Test(arguments: altering) func alterationsAreDrawnAnew(_ augmentation: Augmentation) throws {
        let loader = fixture.loader(augmentation)
        let epochs = try (0..<3).map { try loader.pass(.train, epoch: $0) }
        #expect(Set(epochs.flatMap { $0 }.map(\.pixels)).count == 18)
        #expect(epochs[0] != (try fixture.loader(seed: 2, augmentation).pass(.train, epoch: 0)))
    }

    @Test func turnedSquares() throws {
        let (plain, turned) = (fixture.loader(.none), fixture.loader(Augmentation(turns: [.right])))
        plain.begin(.train, epoch: 0)
        turned.begin(.train, epoch: 0)
        let (before, after) = (try #require(try plain.next()), try #require(try turned.next()))
        for slot in 0..<4 {
            let pixels = Array(UnsafeBufferPointer(start: before.image(slot), count: Batch.bytesPerImage))
            let expected = Image(width: 256, height: 256, pixels: pixels).turned(.right).pixels
            #expect(memcmp(after.image(slot), expected, Batch.bytesPerImage) == 0)
        }
    }

    /// All of the image as one crop: what the resize itself makes of it.
    @Test func aResizedCropOfAll() throws {
        let all = Augmentation(resizedCrop: ResizedCrop(scale: 1...1, ratio: 30.0 / 26...30.0 / 26))
        let loader = fixture.loader(all)
        loader.begin(.train, epoch: 3)
        let order = EpochOrder.indices(count: 23, seed: 1, epoch: 3, shuffle: true)
        let batch = try #require(try loader.next())
        for slot in 0..<4 {
            #expect(batch.draws[slot] == Draw(top: 0, left: 0))
            let path = fixture.dataset.path(of: fixture.dataset.train[Int(order[slot])])
            let image = try JPEGDecoder().image(Array(Data(contentsOf: URL(filePath: path.string))))
            var expected = [UInt8](repeating: 0, count: 227 * 227 * 3)
            image.pixels.withUnsafeBufferPointer {
                Resize().square(
                    of: Pixels(base: $0.baseAddress!, width: 30, height: 26), left: 0, top: 0, width: 30,
                    height: 26, side: 227, into: &expected, stride: 227)
            }
            for y in 0..<227 {
                #expect(
                    memcmp(
                        batch.image(slot) + y * Batch.side * 3,
                        Array(expected[y * 227 * 3..<(y + 1) * 227 * 3]),
                        227 * 3) == 0)
            }
        }
    }

    @Test func aRestartInTheMiddleGivesTheSameRest() throws {
        let expected = try fixture.loader(threads: 2).pass(.train, epoch: 2)
        for first in 0...6 {
            #expect(
                try fixture.loader(threads: 2).pass(.train, epoch: 2, from: first)
                    == Array(expected.dropFirst(first)))
        }
        // The same loader, interrupted.
        let loader = fixture.loader(threads: 3)
        loader.begin(.train, epoch: 2)
        loader.recycle(try #require(try loader.next()))
        #expect(try loader.pass(.train, epoch: 2, from: 3) == Array(expected.dropFirst(3)))
    }

    @Test func epochsAndSeedsDiffer() throws {
        let loader = fixture.loader(threads: 2)
        let first = try loader.pass(.train, epoch: 0)
        #expect(try loader.pass(.train, epoch: 1) != first)
        #expect(try fixture.loader(seed: 2).pass(.train, epoch: 0) != first)
    }

    @Test func validationIsInOrderAndNotAugmented() throws {
        let loader = fixture.loader(cacheBytes: 25 * Batch.bytesPerImage)
        let batches = try loader.pass(.validation, epoch: 0)
        #expect(batches.map(\.labels) == [[0, 0, 0, 1], [1]])
        #expect(Set(batches.flatMap(\.draws)) == [.center(crop: 227)])
        #expect(try loader.pass(.validation, epoch: 5) == batches)
    }

    @Test func theCacheSparesReading() throws {
        let loader = fixture.loader(threads: 2, cacheBytes: 1 << 30)
        let first = try loader.pass(.train, epoch: 0)
        for sample in fixture.dataset.train {
            try FileManager.default.removeItem(atPath: fixture.dataset.path(of: sample).string)
        }
        #expect(try loader.pass(.train, epoch: 0) == first)
    }

    /// The sample in the third batch has changed: two good batches, then the error, again and again.
    @Test(arguments: [1, 3], [true, false])
    func errorsComeInOrder(_ threads: Int, keepsItsSize: Bool) throws {
        let order = EpochOrder.indices(count: 23, seed: 1, epoch: 0, shuffle: true)
        let sample = fixture.dataset.train[Int(order[9])]
        let path = fixture.dataset.path(of: sample)
        var bytes = try Data(contentsOf: URL(filePath: path.string))
        if keepsItsSize { bytes[0] = 0 } else { bytes.append(0) }
        try bytes.write(to: URL(filePath: path.string))
        let loader = fixture.loader(threads: threads)
        loader.begin(.train, epoch: 0)
        for _ in 0..<2 { loader.recycle(try #require(try loader.next())) }
        for _ in 0..<2 {
            let error = #expect(throws: InputPipelineError.self) { try loader.next() }
            #expect(error?.code == .changed)
            #expect(error?.message.contains(path.string) == true)
        }
        #expect(try loader.pass(.validation, epoch: 0).count == 2, "another pass works")
    }

    @Test func aMissingFileIsUnreadable() throws {
        let path = fixture.dataset.path(of: fixture.dataset.validation[0])
        try FileManager.default.removeItem(atPath: path.string)
        let loader = fixture.loader()
        loader.begin(.validation, epoch: 0)
        let error = #expect(throws: DatasetsError.self) { try loader.next() }
        #expect(error?.code == .unreadable)
    }

    @Test func closingWhileBusyDoesNotHang() throws {
        for round in 0..<50 {
            let loader = fixture.loader(threads: 3, batches: 1 + round % 3)
            if round % 5 != 0 { loader.begin(.train, epoch: round) }
            if round % 2 == 1 && round % 5 != 0 { _ = try loader.next() }
            if round % 3 == 0 { loader.close() }
            if round % 6 == 0 { #expect(throws: InputPipelineError.self) { try loader.next() } }
        }
    }

    @Test func waitingIsCounted() throws {
        let loader = fixture.loader()
        #expect(loader.waitSeconds == 0)
        _ = try loader.pass(.train, epoch: 0)
        #expect(loader.waitSeconds > 0 && loader.waitSeconds < 60)
    }
}
