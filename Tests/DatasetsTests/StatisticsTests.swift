// The scan against plain arithmetic, the cache, and what becomes of files that do not decode or cannot be read.

import Datasets
import Foundation
import Images
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct StatisticsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func agreesWithPlainArithmetic() throws {
        try folder.images(train: 3, validation: 1)
        let dataset = try ImageFolder.open(folder.path)
        let statistics = try Statistics.scan(dataset, threads: 2)

        let values = try dataset.train.flatMap { sample in
            let bytes = try Array(Data(contentsOf: URL(filePath: dataset.path(of: sample).string)))
            return Resize().centerSquare(of: try JPEGDecoder().image(bytes)).pixels
        }
        let count = Double(values.count / 3)
        var mean = SIMD3<Double>.zero
        for i in stride(from: 0, to: values.count, by: 3) {
            mean += SIMD3(Double(values[i]), Double(values[i + 1]), Double(values[i + 2])) / count
        }
        var covariance = [SIMD3<Double>](repeating: .zero, count: 3)
        for i in stride(from: 0, to: values.count, by: 3) {
            let d = SIMD3(Double(values[i]), Double(values[i + 1]), Double(values[i + 2])) - mean
            for row in 0..<3 { covariance[row] += d[row] * d / count }
        }
        for row in 0..<3 {
            #expect(abs(statistics.mean[row] - mean[row]) < 1e-6)
            #expect(abs(statistics.deviation[row] - covariance[row][row].squareRoot()) < 1e-6)
            for column in 0..<3 {
                #expect(abs(statistics.covariance[row][column] - covariance[row][column]) < 1e-5)
            }
        }
    }

    @Test func threadsDoNotMatter() throws {
        try folder.images(train: 5, validation: 2)
        try folder.write("val/dog/bad.jpg")
        let dataset = try ImageFolder.open(folder.path)
        let one = try Statistics.scan(dataset, threads: 1)
        #expect(try Statistics.scan(dataset, threads: 4) == one)
        #expect(one.undecodableTrain.isEmpty)
        #expect(one.undecodableValidation.map(\.path) == ["val/dog/bad.jpg"])
        #expect(dataset.validation[one.undecodableValidation[0].index].path == "val/dog/bad.jpg")
    }

    @Test func theMeanImageIsThatOfTheTrainingSquares() throws {
        try folder.images(train: 3, validation: 2)
        let dataset = try ImageFolder.open(folder.path)
        #expect(try Statistics.scan(dataset, threads: 2).meanImage == nil, "nobody has asked")
        let squares = try dataset.train.map { sample in
            let bytes = try Array(Data(contentsOf: URL(filePath: dataset.path(of: sample).string)))
            return Resize().centerSquare(of: try JPEGDecoder().image(bytes)).pixels
        }
        let expected = squares[0].indices.map { place in
            Float(Double(squares.reduce(0) { $0 + Int($1[place]) }) / Double(squares.count))
        }
        for threads in [1, 4] {
            let statistics = try Statistics.scan(dataset, withImage: true, threads: threads)
            #expect(statistics.meanImage == expected)
        }
    }

    @Test func aCacheWithoutAMeanImageIsFilled() throws {
        try folder.images(train: 2, validation: 1)
        let dataset = try ImageFolder.open(folder.path)
        let cache = folder.path.appending("cache")
        let without = try Statistics.load(of: dataset, cache: cache, threads: 1)
        let whole = try Statistics.load(of: dataset, withImage: true, cache: cache, threads: 1)
        #expect(whole.meanImage != nil && whole.mean == without.mean)
        #expect(Statistics.cached(of: dataset, in: cache) == whole)
        #expect(try Statistics.load(of: dataset, cache: cache, threads: 1) == whole, "it stays")

        let name = "statistics-\(dataset.fingerprint.hash.prefix(16)).json"
        let file = URL(filePath: cache.appending(name).string)
        var json = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        for damaged in [Data([1, 2, 3]), Data(repeating: 0xff, count: 4 * Resize.bytesPerSquare)] {
            json["mean_image"] = damaged.base64EncodedString()
            try JSONSerialization.data(withJSONObject: json).write(to: file)
            #expect(Statistics.cached(of: dataset, in: cache) == nil)
        }
        #expect(try Statistics.load(of: dataset, withImage: true, cache: cache, threads: 1) == whole)
    }

    /// They tell their colours themselves.
    @Test func whoseColoursAreKnownIsReadForItsMeanImage() throws {
        try folder.images(train: 2, validation: 1)
        let listed = try ImageFolder.open(folder.path)
        let told = Dataset(
            name: listed.name, root: listed.root, classes: listed.classes, train: listed.train,
            validation: listed.validation, statistics: try Statistics.scan(listed, threads: 1))
        let cache = folder.path.appending("cache")
        #expect(try Statistics.load(of: told, cache: cache, threads: 1).meanImage == nil)
        let scanned = try Statistics.scan(listed, withImage: true, threads: 1)
        for isFirst in [true, false] {
            var looks = 0
            let loaded = try Statistics.load(of: told, withImage: true, cache: cache, threads: 1) { _, _ in
                looks += 1
            }
            #expect(loaded == scanned)
            #expect((looks > 0) == isFirst, "once")
        }
    }

    @Test func principalAxes() {
        // 9 along (2, 1, 2)/3, 4 along (1, 2, -2)/3, 1 along (2, -2, -1)/3.
        let axes: [(Double, SIMD3<Double>)] = [
            (9, SIMD3(2, 1, 2) / 3), (4, SIMD3(1, 2, -2) / 3), (1, SIMD3(2, -2, -1) / 3),
        ]
        let covariance = (0..<3).map { row in
            axes.reduce(SIMD3<Double>.zero) { $0 + $1.0 * $1.1[row] * $1.1 }
        }
        let found = ColorAxes(covariance: covariance)
        for (index, (variance, axis)) in axes.enumerated() {
            #expect(abs(found.deviations[index] - variance.squareRoot()) < 1e-12)
            #expect(abs((found.vectors[index] * axis).sum().magnitude - 1) < 1e-12)
        }
        let offset = found.offset(SIMD3(1, 0, 0)) - 3 * found.vectors[0]
        #expect((offset * offset).sum() < 1e-20)
        #expect(ColorAxes(covariance: [.zero, .zero, .zero]).deviations == .zero)
    }

    @Test func cacheIsReadAndRepaired() throws {
        try folder.images(train: 2, validation: 1)
        let dataset = try ImageFolder.open(folder.path)
        let cache = folder.path.appending("cache/inner")
        #expect(Statistics.cached(of: dataset, in: cache) == nil)
        let statistics = try Statistics.load(of: dataset, cache: cache, threads: 1)
        #expect(Statistics.cached(of: dataset, in: cache) == statistics)

        let names = try FileManager.default.contentsOfDirectory(atPath: cache.string)
        #expect(names == ["statistics-\(dataset.fingerprint.hash.prefix(16)).json"])
        let file = URL(filePath: cache.appending(names[0]).string)
        let whole = try Data(contentsOf: file)
        let text = String(decoding: whole, as: UTF8.self)
        for damaged in [
            Data(), whole.prefix(whole.count / 2), Data("{}".utf8),
            Data(text.replacing("\"version\" : 2", with: "\"version\" : 99").utf8),
            Data(text.replacing(dataset.fingerprint.hash, with: String(repeating: "0", count: 64)).utf8),
        ] {
            try damaged.write(to: file)
            #expect(Statistics.cached(of: dataset, in: cache) == nil)
            #expect(try Statistics.load(of: dataset, cache: cache, threads: 1) == statistics)
            #expect(try Data(contentsOf: file) == whole)
        }
    }

    /// The middle as it is has other colours than the middle of the whole, and its own file in the cache.
    @Test func squaresThatAreCutCountAsTheyAre() throws {
        for place in ["train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg"] {
            // White, but for the middle.
            var image = Image(width: 600, height: 600, pixels: Array(repeating: 255, count: 600 * 600 * 3))
            for y in 172..<428 { for j in 172 * 3..<428 * 3 { image.pixels[y * 600 * 3 + j] = 40 } }
            try folder.write(place, try JPEGEncoder(quality: 100).encode(image))
        }
        let dataset = try ImageFolder.open(folder.path)
        let cache = folder.path.appending("cache")
        let scaled = try Statistics.load(of: dataset, cache: cache, threads: 1)
        let cut = try Statistics.load(of: dataset, fit: .cut, cache: cache, threads: 1)
        #expect(abs(cut.mean.x - 40) < 1)
        #expect(scaled.mean.x > 200)
        #expect(Statistics.cached(of: dataset, in: cache) == scaled)
        #expect(Statistics.cached(of: dataset, fit: .cut, in: cache) == cut)
    }

    @Test func stops() throws {
        try folder.images(train: 2, validation: 1)
        let error = #expect(throws: DatasetsError.self) {
            try Statistics.scan(try ImageFolder.open(folder.path), threads: 1, shouldStop: { true })
        }
        #expect(error?.code == .stopped)
    }

    @Test func reportsProgress() throws {
        try folder.images(train: 2, validation: 1)
        var last = (0, 0)
        _ = try Statistics.scan(try ImageFolder.open(folder.path), threads: 1, progress: { last = ($0, $1) })
        #expect(last == (6, 6))
    }

    @Test func aFileThatCannotBeReadIsNotSkipped() throws {
        try folder.images(train: 2, validation: 1)
        let dataset = try ImageFolder.open(folder.path)
        try folder.remove("train/dog/1001.jpg")
        let error = #expect(throws: DatasetsError.self) { try Statistics.scan(dataset, threads: 2) }
        #expect(error?.code == .unreadable)
        #expect(error?.message.contains("train/dog/1001.jpg") == true)
    }
}
