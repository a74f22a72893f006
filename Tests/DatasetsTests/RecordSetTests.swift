// Prepared records as a data set: what is listed, what is read, and what is said of each way they can be damaged.

import Datasets
import Foundation
import Images
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct RecordSetTests {
    private func decoded(_ dataset: Dataset, _ samples: [Sample]) throws -> [[UInt8]] {
        let (reader, decoder) = (SampleReader(dataset), SquareDecoder())
        return try samples.map { sample in
            var square = [UInt8](repeating: 0, count: Resize.bytesPerSquare)
            try decoder.decode(try reader.read(sample), into: &square)
            return square
        }
    }

    @Test(arguments: [false, true]) func theImagesAreThoseOfTheIndex(isRaw: Bool) throws {
        let records = try HandmadeRecords(isRaw: isRaw)
        let dataset = try Dataset.open(records.root)
        #expect(dataset.classes == ["cat", "dog"])
        #expect(dataset.train.map(\.path) == ["train/0.jpg", "train/2.jpg", "train/1.jpg", "train/3.jpg"])
        #expect(dataset.train.map(\.label) == [0, 0, 1, 1])
        #expect(dataset.validation.map(\.path) == ["validation/4.jpg", "validation/5.jpg"])
        #expect(dataset.test.isEmpty)
        let squares = try decoded(dataset, dataset.train)
        for (number, square) in zip([0, 2, 1, 3], squares) {
            let image = try JPEGDecoder().image(try TemporaryFolder.jpeg(number))
            #expect(square == Resize().centerSquare(of: image).pixels)
        }
    }

    @Test(arguments: [false, true]) func statisticsAreThoseOfAScan(isRaw: Bool) throws {
        let records = try HandmadeRecords(isRaw: isRaw)
        let dataset = try Dataset.open(records.root)
        let cache = records.root.appending("cache")
        let statistics = try Statistics.load(of: dataset, cache: cache, threads: 1)
        #expect(try Statistics.scan(dataset, threads: 2) == statistics)
        #expect(!FileManager.default.fileExists(atPath: cache.string), "nothing was to be computed")
        #expect(try dataset.repaired(by: statistics).statistics == statistics)
    }

    @Test func fewFilesStayOpen() throws {
        let records = try HandmadeRecords(isRaw: false)
        let whole = try Dataset.open(records.root)
        // The same record in many shards.
        let names = (0..<200).map { "train-\($0)" }
        let bytes = try Data(contentsOf: URL(filePath: records.root.appending(whole.shards[0]).string))
        for name in names { try records.folder.write(name, Array(bytes)) }
        let samples = (0..<400).map { place in
            let first = whole.train[0]
            guard case .record(_, let offset) = first.place else { return first }
            return Sample(
                path: first.path, label: 0, size: first.size,
                place: .record(shard: Int32(place * 7 % 200), offset: offset))
        }
        let dataset = Dataset(
            name: "many", root: records.root, classes: whole.classes, train: samples,
            validation: whole.validation, shards: names)
        let reader = SampleReader(dataset)
        for sample in samples { #expect(try reader.read(sample).bytes.count > 100) }
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
            return path?.hasPrefix(records.root.string) == true
        }
        #expect((1...64).contains(open))
        withExtendedLifetime(reader) {}
    }

    @Test func everyFlippedBitOfARecordIsNoticed() throws {
        let records = try HandmadeRecords(isRaw: true)
        let dataset = try Dataset.open(records.root)
        let shard = records.root.appending("train-00000-of-00002")
        let whole = try Data(contentsOf: URL(filePath: shard.string))
        guard case .record(_, let offset) = dataset.train[0].place else { return }
        for place in [0, 9, 12, 40, 1000, 196_608, whole.count - Int(offset) - 1] {
            var bytes = whole
            bytes[Int(offset) + place] ^= 4
            try bytes.write(to: URL(filePath: shard.string))
            let error = #expect(throws: DatasetsError.self) {
                try SampleReader(dataset).read(dataset.train[0])
            }
            #expect(error?.code == .badData)
            let message = error?.message ?? ""
            #expect(
                message.contains("\(shard), record at byte \(offset) (train/0.jpg) is damaged"), "\(message)")
            #expect(message.contains("prepare the data set again"))
            #expect(throws: DatasetsError.self) { try Statistics.scan(dataset, threads: 1) }
        }
        try whole.prefix(whole.count - 1).write(to: URL(filePath: shard.string))
        let cut = #expect(throws: DatasetsError.self) { try decoded(dataset, dataset.train) }
        #expect(cut?.message.contains("the file ends inside it") == true)
    }

    @Test(arguments: [
        "categories.csv", "train.csv", "val.csv", "rgb.json", "manifest.json", "train-00001-of-00002",
        "validation-00000-of-00001",
    ])
    func aChangedFileIsNamed(_ name: String) throws {
        let records = try HandmadeRecords(isRaw: false)
        let path = records.root.appending(name)
        let whole = try Data(contentsOf: URL(filePath: path.string))
        for change in ["cut", "empty", "flip", "gone"] {
            var bytes = whole
            switch change {
            case "cut": bytes.removeLast(bytes.count / 3)
            case "empty": bytes = Data()
            case "flip": bytes[bytes.count / 2] ^= 1
            default: try FileManager.default.removeItem(atPath: path.string)
            }
            if change != "gone" { try bytes.write(to: URL(filePath: path.string)) }
            // A shard's contents are looked at when they are read.
            if change == "flip", name.contains("-of-") { continue }
            let error = #expect(throws: DatasetsError.self, "\(change)") { try Dataset.open(records.root) }
            if name == "manifest.json" {
                // One bit of a manifest may be one of a checksum in it.
                if change == "gone" { #expect(error?.message.contains("have no manifest.json") == true) }
            } else if change == "gone" {
                #expect(error?.message.contains("\(path) is missing") == true, "\(error as Any)")
                #expect(error?.code == .invalid)
            } else {
                #expect(error?.message.contains("\(path) is damaged") == true, "\(error as Any)")
                #expect(error?.code == .badData)
            }
        }
    }

    @Test func aNewerFormatIsSaidToBeNewer() throws {
        let records = try HandmadeRecords(isRaw: false)
        try records.folder.write("manifest.json", Array("{\"format\": 2}".utf8))
        let error = #expect(throws: DatasetsError.self) { try Dataset.open(records.root) }
        #expect(error?.message.contains("is of format 2, this program reads 1: use a newer one") == true)
    }

    @Test func whatIsNotPreparedToItsEndIsNoDataSet() throws {
        let folder = try TemporaryFolder()
        try folder.write("set.preparing/preparing.json")
        for name in ["set", "set.preparing"] {
            let error = #expect(throws: DatasetsError.self) { try Dataset.open(folder.path.appending(name)) }
            #expect(error?.message.contains("set.preparing is not prepared to its end") == true)
        }
    }

    /// Of the same images, records are another data set than the folder, and other contents another than those.
    @Test func theFingerprintKnowsTheContents() throws {
        let records = try HandmadeRecords(isRaw: false)
        let first = try Dataset.open(records.root).fingerprint
        #expect(try Dataset.open(records.root).fingerprint == first)
        #expect(first.trainCount == 4)
        let raw = try HandmadeRecords(isRaw: true)
        #expect(try Dataset.open(raw.root).fingerprint != first)
    }
}
