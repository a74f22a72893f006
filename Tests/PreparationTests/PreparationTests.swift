// What is made of a source: the same bytes however it comes about, nothing half-made under the name of a whole, and no
// image lost without a word.

import CSV
import Datasets
import Foundation
import Images
import Preparation
import SystemPackage
import Testing

@Suite struct PreparationTests {
    private func squares(_ dataset: Dataset, _ samples: [Sample]) throws -> [[UInt8]] {
        let (reader, decoder) = (SampleReader(dataset), SquareDecoder())
        return try samples.map { sample in
            var square = [UInt8](repeating: 0, count: Resize.bytesPerSquare)
            try decoder.decode(try reader.read(sample), into: &square)
            return square
        }
    }

    private func refusal(_ body: () throws -> Void) -> String {
        let error = #expect(throws: PreparationError.self) { try body() }
        return error?.message ?? ""
    }

    @Test func recordsAreADataSet() throws {
        let tree = try ImageTree.classes(10)
        let outcome = try tree.prepare()
        #expect(!outcome.wasThere)
        let dataset = try Dataset.open(tree.destination)
        #expect(dataset.classes == ["cat", "dog"])
        #expect(dataset.train.count == 16)
        #expect(dataset.validation.count == 4)
        #expect(dataset.validation.count { $0.label == 0 } == 2, "of every class the same share")
        let all = (dataset.train + dataset.validation).map(\.path)
        #expect(Set(all) == Set((100..<110).flatMap { ["cat/\($0).jpg", "dog/\($0).jpg"] }))
        #expect(dataset.train.map(\.path) == dataset.train.map(\.path).sorted())
        let offsets = dataset.train.map(\.place)
        #expect(offsets.map { "\($0)" } != offsets.map { "\($0)" }.sorted(), "shuffled in the shard")
        #expect(try Statistics.scan(dataset, threads: 2) == dataset.statistics)
        #expect(!FileManager.default.fileExists(atPath: tree.destination.string + ".preparing"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: tree.destination.string).sorted() == [
                "categories.csv", "manifest.json", "report.csv", "rgb.json", "train-00000-of-00001",
                "train.csv",
                "val.csv", "validation-00000-of-00001",
            ])
    }

    /// Bit for bit what a job would see that trains on the folder.
    @Test func rawRecordsAreTheFolderSquares() throws {
        let tree = try ImageTree(
            (0..<9).map { "\($0 % 3 == 0 ? "val" : "train")/\($0 % 2 == 0 ? "a" : "b")/\($0).jpg" })
        try tree.write(try ImageTree.jpeg(50, JPEGEncoder(color: .grey)), "train/a/grey.jpg")
        try tree.write(try ImageTree.jpeg(51, JPEGEncoder(color: .ycck)), "train/b/inks.jpg")
        try tree.write(try PNGEncoder().encode(ImageTree.picture(52)), "train/b/really-png.jpg")
        try tree.write(turned(try ImageTree.jpeg(53)), "train/a/turned.jpg")
        var settings = PreparationSettings()
        settings.format = .raw
        settings.shards = 3
        try tree.prepare(settings)
        let (records, folder) = (try Dataset.open(tree.destination), try ImageFolder.open(tree.root))
        #expect(records.shards.count == 4)
        for split in [Dataset.Split.train, .validation] {
            #expect(records[split].map(\.path) == folder[split].map(\.path))
            #expect(records[split].map(\.label) == folder[split].map(\.label))
            #expect(try squares(records, records[split]) == squares(folder, folder[split]))
        }
        let statistics = try Statistics.scan(folder, threads: 1)
        #expect(records.statistics?.mean == statistics.mean)
        #expect(records.statistics == statistics)
    }

    /// With EXIF orientation 6 behind the file's first marker.
    private func turned(_ jpeg: [UInt8]) -> [UInt8] {
        let tiff: [UInt8] =
            Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
        let exif = Array("Exif".utf8) + [0, 0] + tiff
        return Array(jpeg.prefix(2)) + [0xff, 0xe1, 0, UInt8(exif.count + 2)] + exif + jpeg.dropFirst(2)
    }

    @Test func imagesAreRepairedOrLeftOut() throws {
        let tree = try ImageTree.classes(6)
        let good = try ImageTree.jpeg(1)
        try tree.write(try ImageTree.jpeg(50, JPEGEncoder(color: .grey)), "cat/grey.jpg")
        try tree.write(try ImageTree.jpeg(51, JPEGEncoder(color: .cmyk)), "cat/inks.jpg")
        try tree.write(try PNGEncoder().encode(ImageTree.picture(52)), "dog/png.png")
        try tree.write(try PNGEncoder().encode(ImageTree.picture(52)), "dog/misnamed.JPEG")
        try tree.write(turned(good), "cat/turned.jpg")
        try tree.write([], "cat/empty.jpg")
        try tree.write(good.prefix(good.count / 2), "cat/cut.jpg")
        try tree.write("GIF89a", "cat/gif.jpg")
        try tree.write("<html>", "dog/page.jpg")
        try tree.write(
            try JPEGEncoder().encode(ImageTree.picture(1, width: 20_000, height: 2)), "dog/long.jpg")
        try tree.write(huge(), "dog/huge.jpg")
        let manifest = try tree.prepare().manifest
        #expect(
            manifest.repaired == [
                "grey, made RGB": 1, "CMYK or YCCK, made RGB": 1, "PNG, converted": 1,
                "PNG under the name of a JPEG": 1,
                "turned upright by its EXIF orientation": 1,
            ])
        #expect(manifest.leftOut == 6)
        #expect(manifest.train.images + manifest.validation.images == 17)
        var csv = CSVReader(
            [UInt8](try Data(contentsOf: URL(filePath: tree.destination.appending("report.csv").string))))
        var report: [String: String] = [:]
        while let row = try csv.next() { report[row.fields[0]] = row.fields[1] }
        #expect(report["image"] == "left out because")
        #expect(report["cat/empty.jpg"] == "the file is empty")
        #expect(report["cat/cut.jpg"]?.contains("Premature end") == true)
        #expect(report["cat/gif.jpg"]?.contains("GIF") == true)
        #expect(report["dog/page.jpg"]?.contains("HTML") == true)
        #expect(report["dog/long.jpg"]?.contains("20000 × 2 pixels, too long") == true)
        #expect(report["dog/huge.jpg"]?.contains("400 million pixels") == true)
        let dataset = try Dataset.open(tree.destination)
        let turned = try #require((dataset.train + dataset.validation).first { $0.path == "cat/turned.jpg" })
        let image = try JPEGDecoder().image([UInt8](try SampleReader(dataset).read(turned).bytes))
        #expect((image.width, image.height) == (32, 42), "upright")
    }

    /// A JPEG header that announces 60000 × 60000 pixels.
    private func huge() throws -> [UInt8] {
        var bytes = try ImageTree.jpeg(1)
        let frame = try #require(bytes.indices.first { bytes[$0] == 0xff && bytes[$0 + 1] == 0xc0 })
        bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xea, 0x60, 0xea, 0x60])
        return bytes
    }

    @Test func aClassWithoutAnyGoodImageIsAnError() throws {
        let tree = try ImageTree(["cat/1.jpg", "cat/2.jpg"])
        for name in ["dog/1.jpg", "dog/2.jpg"] { try tree.write([1, 2, 3], name) }
        let message = refusal { try tree.prepare() }
        #expect(message.contains("no training image of class dog can be used"), "\(message)")
        #expect(message.contains("source.preparing") == false)
        #expect(FileManager.default.fileExists(atPath: tree.destination.string + ".preparing/report.csv"))
        #expect(!FileManager.default.fileExists(atPath: tree.destination.string))
    }

    @Test func sizesAndQualities() throws {
        let tree = try ImageTree.classes(3)
        // Of the size that is wanted already, and not to be encoded again.
        let final = try JPEGEncoder(quality: 40).encode(ImageTree.picture(9, width: 64, height: 48))
        try tree.write(final, "cat/final.jpg")
        for (crop, expected) in [
            (false, [64, 64, 64, 64, 64, 64, 64]), (true, [48, 48, 48, 48, 48, 48, 48]),
        ] {
            var settings = ImageTree.settings
            (settings.size, settings.crop) = (48, crop)
            let destination = tree.folder.path.appending("crop-\(crop)")
            try tree.prepare(settings, to: destination)
            let dataset = try Dataset.open(destination)
            let reader = SampleReader(dataset)
            var widths: [Int] = []
            for sample in dataset.train + dataset.validation {
                let bytes = [UInt8](try reader.read(sample).bytes)
                let image = try JPEGDecoder().image(bytes)
                #expect(image.height == 48)
                widths.append(image.width)
                if sample.path == "cat/final.jpg" { #expect((bytes == final) == !crop) }
            }
            #expect(widths == expected)
        }
    }

    // MARK: - The same bytes

    private func threeShards() -> PreparationSettings {
        var settings = ImageTree.settings
        settings.shards = 3
        return settings
    }

    @Test func threadsDoNotMatter() throws {
        let tree = try ImageTree.classes(20)
        for threads in [1, 3, 8] {
            try tree.prepare(threeShards(), to: tree.folder.path.appending("\(threads)"), threads: threads)
        }
        let one = try ImageTree.contents(tree.folder.path.appending("1"))
        #expect(one.count == 10)
        for threads in [3, 8] {
            #expect(try ImageTree.contents(tree.folder.path.appending("\(threads)")) == one)
        }
        var other = threeShards()
        other.seed = 2
        try tree.prepare(other, to: tree.folder.path.appending("seed"))
        #expect(try ImageTree.contents(tree.folder.path.appending("seed"))["train.csv"] != one["train.csv"])
    }

    /// Stopped after every fourth image, and then gone on with.
    @Test func anInterruptionChangesNothing() throws {
        let tree = try ImageTree.classes(20)
        let whole = tree.folder.path.appending("whole")
        try tree.prepare(threeShards(), to: whole)
        let expected = try ImageTree.contents(whole)
        var shardsKept: Set<Int> = []
        for limit in stride(from: 0, to: 40, by: 4) {
            let destination = tree.folder.path.appending("\(limit)")
            let error = #expect(throws: PreparationError.self) {
                try tree.prepare(threeShards(), to: destination, stoppingAfter: limit)
            }
            #expect(error?.code == .stopped)
            #expect(!FileManager.default.fileExists(atPath: destination.string))
            let refused = #expect(throws: DatasetsError.self) { try Dataset.open(destination) }
            #expect(
                refused?.message.contains("is not prepared to its end; run the same `alexnetd prepare`")
                    == true)
            let half = try FileManager.default.contentsOfDirectory(atPath: destination.string + ".preparing")
            let before = half.filter { $0.hasPrefix("train-") || $0.hasPrefix("validation-") }
            shardsKept.insert(before.count)
            var modified: [String: Date] = [:]
            for name in before { modified[name] = try date(destination.string + ".preparing/" + name) }
            try tree.prepare(threeShards(), to: destination)
            #expect(try ImageTree.contents(destination) == expected)
            for name in before {
                #expect(try date(destination.string + "/" + name) == modified[name], "made again")
            }
        }
        #expect(shardsKept.count >= 3, "\(shardsKept)")
    }

    private func date(_ path: String) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }

    @Test func whatAKillLeavesIsTakenUp() throws {
        let tree = try ImageTree.classes(6)
        let whole = tree.folder.path.appending("whole")
        try tree.prepare(threeShards(), to: whole)
        let expected = try ImageTree.contents(whole)
        let staging = tree.destination.string + ".preparing"
        func interrupted() throws {
            try? FileManager.default.removeItem(atPath: tree.destination.string)
            try? tree.prepare(threeShards(), stoppingAfter: 8)
            #expect(FileManager.default.fileExists(atPath: staging))
        }
        // Torn files of every kind that may be left over.
        for name in [
            ".train-00002-of-00003.tmp", "train-00000-of-00003", "progress/train-00000-of-00003.json",
            ".preparing.json.tmp",
            "train.csv", ".manifest.json.tmp", "progress/.train-00001-of-00003.json.tmp",
        ] {
            try interrupted()
            try tree.folder.write([1, 2, 3], to: "records.preparing/" + name)
            try tree.prepare(threeShards())
            let made = try ImageTree.contents(tree.destination)
            #expect(made.filter { !$0.key.hasPrefix(".") } == expected, "\(name)")
        }
        // Killed while the folder was being made, and just before its renaming.
        try FileManager.default.removeItem(atPath: tree.destination.string)
        try tree.folder.write([1], to: "records.preparing/.preparing.json.tmp")
        try tree.prepare(threeShards())
        #expect(try ImageTree.contents(tree.destination).filter { !$0.key.hasPrefix(".") } == expected)
        try FileManager.default.removeItem(atPath: tree.destination.string)
        try FileManager.default.copyItem(atPath: whole.string, toPath: staging)
        try tree.prepare(threeShards())
        #expect(try ImageTree.contents(tree.destination) == expected)
    }

    // MARK: - Refusals

    @Test func whatIsDoneIsNotDoneAgain() throws {
        let tree = try ImageTree.classes(4)
        try tree.prepare()
        let before = try ImageTree.contents(tree.destination)
        #expect(try tree.prepare().wasThere)
        #expect(try ImageTree.contents(tree.destination) == before)
        var settings = ImageTree.settings
        (settings.quality, settings.seed) = (80, 3)
        let message = refusal { try tree.prepare(settings) }
        #expect(
            message.contains("was prepared otherwise (quality: 95 before, 80 now; seed: 1 before, 3 now"),
            "\(message)")
        try tree.write(try ImageTree.jpeg(77), "cat/new.jpg")
        #expect(refusal { try tree.prepare() }.contains("(the files in it have changed since)"))
    }

    @Test func anotherBeginningIsRefused() throws {
        let tree = try ImageTree.classes(4)
        try? tree.prepare(stoppingAfter: 0)
        var settings = ImageTree.settings
        settings.crop = true
        let message = refusal { try tree.prepare(settings) }
        #expect(
            message.contains("records.preparing was begun otherwise (crop: false before, true now)"),
            "\(message)")
        #expect(message.contains("or remove it to begin anew"))
        try tree.prepare()
    }

    @Test func sourceAndDestinationStayApart() throws {
        let tree = try ImageTree.classes(2)
        let before = try ImageTree.contents(tree.root)
        let link = tree.folder.path.appending("link")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: tree.root.string)
        for destination in [
            tree.root, tree.root.appending("records"), tree.root.appending("new/deep"), tree.folder.path,
            link.appending("records"), tree.root.appending("cat/../records"),
        ] {
            let message = refusal { try tree.prepare(to: destination) }
            #expect(message.contains("lie in one another"), "\(destination): \(message)")
        }
        let inverse = refusal {
            _ = try Preparation(
                tree.folder.path.appending("x.preparing"), to: tree.folder.path.appending("x"),
                ImageTree.settings
            )
            .run(threads: 1)
        }
        #expect(inverse.contains("lie in one another"))
        #expect(try ImageTree.contents(tree.root) == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: tree.folder.path.string).sorted() == [
                "link", "source",
            ])
    }

    @Test func aFullDestinationIsLeftAlone() throws {
        let tree = try ImageTree.classes(2)
        try tree.folder.write([1], to: "records/mine.txt")
        #expect(refusal { try tree.prepare() }.contains("holds something else (mine.txt)"))
        try tree.folder.write([1], to: "other.preparing/mine.txt")
        let other = tree.folder.path.appending("other")
        #expect(
            refusal { try tree.prepare(to: other) }.contains(
                "other.preparing holds something else (mine.txt)"))
        try tree.folder.write([1], to: "file")
        #expect(refusal { try tree.prepare(to: tree.folder.path.appending("file")) }.contains("is no folder"))
        try FileManager.default.createDirectory(
            atPath: tree.folder.path.appending("empty").string, withIntermediateDirectories: false)
        try tree.prepare(to: tree.folder.path.appending("empty"))
    }

    @Test func onlyOneAtATime() throws {
        let tree = try ImageTree.classes(3)
        var message = ""
        try tree.prepare(working: { _ in if message.isEmpty { message = refusal { try tree.prepare() } } })
        #expect(message.contains("records.preparing is being prepared by another process"), "\(message)")
    }

    /// Before anything is made.
    @Test func lookingTheSourceOverCanBeStopped() throws {
        let tree = try ImageTree.classes(3)
        let error = #expect(throws: PreparationError.self) { try tree.prepare(shouldStop: { true }) }
        #expect(error?.code == .stopped)
        #expect(try tree.folder.names() == ["source"])
    }

    /// While this one looks the source over.
    @Test func whatAnotherProcessHasPreparedIsTaken() throws {
        let tree = try ImageTree.classes(3)
        var isFirst = true
        let outcome = try tree.prepare(shouldStop: {
            if isFirst {
                isFirst = false
                _ = try? tree.prepare()
            }
            return false
        })
        #expect(outcome.wasThere)
        #expect(try tree.folder.names() == ["records", "source"])
    }

    @Test(
        arguments: [
            { $0.size = 31 }, { $0.quality = 0 }, { $0.validation = 1 }, { $0.shards = 0 },
            {
                $0.format = .raw
                $0.size = 224
            },
        ] as [@Sendable (inout PreparationSettings) -> Void])
    func settingsThatCannotBe(_ change: @Sendable (inout PreparationSettings) -> Void) throws {
        var settings = PreparationSettings()
        change(&settings)
        #expect(throws: PreparationError.self) { try settings.check() }
    }

    @Test func oneClassIsTooFew() throws {
        let tree = try ImageTree.classes(4)
        let names = try FileManager.default.contentsOfDirectory(atPath: tree.root.string).sorted()
        var settings = PreparationSettings()
        settings.leaveOut = Array(names.dropFirst())
        let error = #expect(throws: PreparationError.self) { try tree.prepare(settings, threads: 1) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("only the class \(names[0])") == true, "\(error?.message ?? "")")
    }

    @Test func aSourceThatCannotBeReadIsAnError() throws {
        let tree = try ImageTree.classes(40)
        let error = #expect(throws: DatasetsError.self) {
            try tree.prepare(
                threads: 1,
                working: { _ in
                    try? FileManager.default.removeItem(atPath: tree.root.appending("dog").string)
                })
        }
        #expect(error?.code == .unreadable)
        #expect(error?.message.contains("/dog/") == true)
    }
}
