// Undecodable files: few are replaced, many are an error.

import Datasets
import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct RepairTests {
    /// 100 training images of class a and 101 of class b, some of them damaged.
    private func dataset(_ folder: TemporaryFolder, bad: [String]) throws -> (Dataset, Statistics) {
        let jpeg = try TemporaryFolder.jpeg(1)
        for index in 0..<100 { try folder.write("train/a/\(100 + index).jpg", jpeg) }
        for index in 0..<101 { try folder.write("train/b/\(100 + index).jpg", jpeg) }
        try folder.write("val/a/1.jpg", jpeg)
        for (index, name) in bad.enumerated() {
            // Empty, cut, and no JPEG.
            try folder.write(name, [[], Array(jpeg.dropLast(20)), Array("GIF89a".utf8)][index % 3])
        }
        let dataset = try ImageFolder.open(folder.path)
        return (dataset, try Statistics.scan(dataset, threads: 2))
    }

    @Test func theNextOfTheClassTakesThePlace() throws {
        let folder = try TemporaryFolder()
        let (dataset, statistics) = try dataset(folder, bad: ["train/a/198.jpg", "train/a/199.jpg"])
        #expect(statistics.undecodableTrain.map(\.path) == ["train/a/198.jpg", "train/a/199.jpg"])
        let repaired = try dataset.repaired(by: statistics)
        #expect(repaired.train[98].path == "train/a/100.jpg")
        #expect(repaired.train[99].path == "train/a/100.jpg", "cyclic within the class")
        #expect(repaired.train.map(\.label) == dataset.train.map(\.label))
        #expect(zip(repaired.train, dataset.train).count { $0 != $1 } == 2)
        #expect(repaired.fingerprint == dataset.fingerprint)
        #expect(try dataset.repaired(by: statistics).train == repaired.train)
    }

    /// What is measured is measured on images, each counted once.
    @Test func whatIsEvaluatedIsLeftOut() throws {
        let folder = try TemporaryFolder()
        let jpeg = try TemporaryFolder.jpeg(1)
        for index in 0..<120 {
            try folder.write("train/\(index % 2)/\(index).jpg", jpeg)
            try folder.write("val/\(index % 2)/\(100 + index).jpg", index == 17 ? [] : jpeg)
        }
        let dataset = try ImageFolder.open(folder.path)
        let repaired = try dataset.repaired(by: try Statistics.scan(dataset, threads: 2))
        #expect(repaired.validation == dataset.validation.filter { $0.path != "val/1/117.jpg" })
        #expect(repaired.train == dataset.train)
        #expect(repaired.fingerprint == dataset.fingerprint)
        #expect(repaired.notices.count == dataset.notices.count + 1)
        let notice = repaired.notices.last ?? ""
        #expect(notice.contains("1 of the images to be evaluated cannot be decoded"), "\(notice)")
        #expect(notice.contains("val/1/117.jpg"), "\(notice)")
    }

    /// Where nothing has to take its place, a class may be without.
    @Test func aClassMayHaveNothingToEvaluate() throws {
        let folder = try TemporaryFolder()
        let jpeg = try TemporaryFolder.jpeg(1)
        for index in 0..<120 {
            try folder.write("train/\(index % 2)/\(index).jpg", jpeg)
            try folder.write("val/0/\(index).jpg", jpeg)
        }
        try folder.write("val/1/0.jpg")
        let dataset = try ImageFolder.open(folder.path)
        let repaired = try dataset.repaired(by: try Statistics.scan(dataset, threads: 2))
        #expect(repaired.validation == dataset.validation.filter { $0.label == 0 })
    }

    @Test func moreThanOnePercentIsAnError() throws {
        let folder = try TemporaryFolder()
        let (dataset, statistics) = try dataset(
            folder, bad: ["train/a/110.jpg", "train/a/111.jpg", "train/b/150.jpg"])
        let error = #expect(throws: DatasetsError.self) { try dataset.repaired(by: statistics) }
        #expect(error?.code == .badData)
        let message = error?.message ?? ""
        #expect(message.contains("3 of 201 images to be trained on in \(folder.path)"))
        for name in [
            "train/a/110.jpg: the file is empty", "train/a/111.jpg: ", "train/b/150.jpg: Not a JPEG",
        ] {
            #expect(message.contains(name))
        }
    }

    @Test func aClassWithoutAnyGoodImageIsAnError() throws {
        let folder = try TemporaryFolder()
        let jpeg = try TemporaryFolder.jpeg(1)
        for index in 0..<120 { try folder.write("train/a/\(index).jpg", jpeg) }
        try folder.write("train/b/0.jpg")
        try folder.write("val/a/1.jpg", jpeg)
        let dataset = try ImageFolder.open(folder.path)
        let statistics = try Statistics.scan(dataset, threads: 1)
        let error = #expect(throws: DatasetsError.self) { try dataset.repaired(by: statistics) }
        #expect(error?.code == .badData)
        #expect(error?.message.contains("no training image of class b") == true)
    }
}
