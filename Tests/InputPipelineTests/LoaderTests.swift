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

    func loader(threads: Int = 1, batches: Int = 3, cacheBytes: Int = 0, seed: UInt64 = 1) -> Loader {
        Loader(
            dataset, axes: ColorAxes(covariance: [SIMD3(900, 0, 0), SIMD3(0, 400, 0), SIMD3(0, 0, 100)]),
            .init(
                batchSize: 4, crop: 227, seed: seed,
                augmentation: Augmentation(randomCrop: true, flip: true, pcaColor: 0.1), threads: threads,
                batches: batches, cacheBytes: cacheBytes))
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

    @Test func threadsRingAndCacheDoNotMatter() throws {
        let expected = try fixture.loader().pass(.train, epoch: 1)
        for threads in [1, 3] {
            for batches in [1, 4] {
                for cached in [0, 9, 100] {
                    let loader = fixture.loader(
                        threads: threads, batches: batches, cacheBytes: cached * Batch.bytesPerImage)
                    _ = try loader.pass(.train, epoch: 0)
                    #expect(try loader.pass(.train, epoch: 1) == expected)
                }
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
