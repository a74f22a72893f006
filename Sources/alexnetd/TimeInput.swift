// `alexnetd time --input`: how fast samples come out of a data set, for each augmentation and each way to keep them. On one
// thread, in its own CPU time, so that other work on the machine does not count.

import ArgumentParser
import Datasets
import Foundation
import Glibc
import Images
import InputPipeline
import Preparation
import SystemPackage

struct TimeInput {
    /// Images per second and core.
    struct Report: Encodable {
        struct Row: Encodable {
            var augmentation: String
            /// As many as there are data sets.
            var imagesPerS: [Double]
        }

        var jpegLibrary = JPEGDecoder.version
        var data: [String] = []
        /// Whole files decoded in their own size, and nothing else; null where the data set is not of files.
        var decoderAlone: [Double?] = []
        var rows: [Row] = []
    }

    /// CPU seconds that each figure is measured for.
    private static let seconds = 1.0

    private static let augmentations: [(String, Augmentation)] = [
        ("none", .none),
        ("random_crop, flip, pca_color", Augmentation(randomCrop: true, flip: true, pcaColor: 0.1)),
        ("random_resized_crop, flip", Augmentation(flip: true, resizedCrop: ResizedCrop())),
        (
            "color_jitter",
            Augmentation(
                colorJitter: ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1))
        ),
        ("rotate", Augmentation(turns: [.upright, .right, .halfTurn, .left])),
    ]

    /// What the command prints.
    static func run(_ folder: String?, json: Bool) throws {
        let report = try measure(folder.map { FilePath.current.pushing(FilePath($0)).lexicallyNormalized() })
        try Output.write((json ? JSONText.of(report) : report.table) + "\n")
    }

    /// - Parameter folder: a data set; nil draws photographs, and keeps them in three ways.
    private static func measure(_ folder: FilePath?) throws -> Report {
        if let folder { return try report([(folder.string, Dataset.open(folder))]) }
        let temporary = FilePath(FileManager.default.temporaryDirectory.path).appending(
            "alexnetd-time-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: temporary.string) }
        let photographs = temporary.appending("photographs")
        let drawn = Photographs()
        try drawn.write(to: photographs)
        var sets = [("\(drawn.width) × \(drawn.height) JPEG", try Dataset.open(photographs))]
        for (name, format) in [("256-px JPEG", PreparationSettings.Format.jpeg), ("raw records", .raw)] {
            var settings = PreparationSettings()
            settings.format = format
            let records = temporary.appending(format.rawValue)
            _ = try Preparation(photographs, to: records, settings).run(
                threads: ProcessInfo.processInfo.activeProcessorCount)
            sets.append((name, try Dataset.open(records)))
        }
        return try report(sets)
    }

    private static func report(_ sets: [(name: String, dataset: Dataset)]) throws -> Report {
        var report = Report()
        report.data = sets.map(\.name)
        report.decoderAlone = try sets.map { try decoderAlone($0.dataset) }
        report.rows = try augmentations.map { name, augmentation in
            Report.Row(
                augmentation: name, imagesPerS: try sets.map { try pipeline($0.dataset, augmentation) })
        }
        return report
    }

    private static func pipeline(_ dataset: Dataset, _ augmentation: Augmentation) throws -> Double {
        let loader = Loader(
            dataset, axes: ColorAxes(covariance: [SIMD3(2500, 0, 0), SIMD3(0, 400, 0), SIMD3(0, 0, 100)]),
            Loader.Configuration(batchSize: 16, crop: 227, seed: 1, augmentation: augmentation, threads: 1))
        defer { loader.close() }
        return try rate { pass in
            var count = 0
            loader.begin(.train, epoch: pass)
            while let batch = try loader.next() {
                count += batch.count
                loader.recycle(batch)
            }
            return count
        }
    }

    /// Of the bytes in memory.
    private static func decoderAlone(_ dataset: Dataset) throws -> Double? {
        let reader = SampleReader(dataset)
        var files: [[UInt8]] = []
        for sample in dataset.train.prefix(200) {
            let image = try reader.read(sample)
            guard image.form == .file else { return nil }
            files.append(Array(image.bytes))
        }
        let decoder = ImageDecoder()
        return try rate { _ in
            for file in files { _ = try file.withUnsafeBytes { try decoder.decode($0) } }
            return files.count
        }
    }

    /// Passes, the first of which finds memory cold and does not count.
    /// - Parameter pass: returns how many images it took.
    private static func rate(_ pass: (Int) throws -> Int) rethrows -> Double {
        _ = try pass(0)
        var (images, passes) = (0, 0)
        let start = processorSeconds
        while processorSeconds - start < seconds || passes == 0 {
            passes += 1
            images += try pass(passes)
        }
        return (Double(images) / (processorSeconds - start)).rounded()
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

extension TimeInput.Report {
    var table: String {
        func cell(_ text: String, under name: String) -> String {
            let width = max(name.count, 8) + 3
            return String(repeating: " ", count: max(1, width - text.count)) + text
        }
        func row(_ name: String, _ rates: [Double?]) -> String {
            let cells = zip(rates, data).map { rate, data in
                cell(rate.map { String(format: "%.0f", $0) } ?? "–", under: data)
            }
            return name.padding(toLength: 30, withPad: " ", startingAt: 0) + cells.joined()
        }
        let head =
            "images per second and core".padding(toLength: 30, withPad: " ", startingAt: 0)
            + data.map { cell($0, under: $0) }.joined()
        return
            ([head, row("\(jpegLibrary) alone", decoderAlone)]
            + rows.map { row($0.augmentation, $0.imagesPerS) })
            .joined(separator: "\n")
    }
}
