// Layout, order, and an error with a path and an advice for everything that can be wrong with a folder.

import Datasets
import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct ImageFolderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func openFailure() -> DatasetsError? {
        do {
            _ = try ImageFolder.open(folder.path)
            return nil
        } catch {
            return error as? DatasetsError
        }
    }

    @Test func orderIsTorchvisions() throws {
        for name in ["b/2.jpg", "b/10.JPEG", "b/x.jfif", "B/1.jpeg", "b/sub/0.jpg", "b/sub.a/0.jpg"] {
            try folder.write("train/" + name)
        }
        for name in ["b/.hidden.jpg", ".ipynb_checkpoints/1.jpg", "b/notes.txt", "stray.jpg", "b/jpg"] {
            try folder.write("train/" + name)
        }
        try folder.write("val/b/1.jpg")
        let dataset = try ImageFolder.open(folder.path)
        #expect(dataset.classes == ["B", "b"])
        #expect(
            dataset.train.map(\.path) == [
                "train/B/1.jpeg", "train/b/10.JPEG", "train/b/2.jpg", "train/b/x.jfif", "train/b/sub/0.jpg",
                "train/b/sub.a/0.jpg",
            ])
        #expect(dataset.train.map(\.label) == [0, 1, 1, 1, 1, 1])
        #expect(dataset.validation == [Sample(path: "val/b/1.jpg", label: 1, size: 3)])
        #expect(dataset.notices.count == 2)
        #expect(dataset.notices.first?.contains("lacks 1 of 2 classes: B") == true)
        #expect(dataset.notices.last?.hasSuffix("are left out: train/b/jpg and 1 more") == true)
    }

    @Test func linksAreFollowedButNotInCircles() throws {
        try folder.images(train: 1, validation: 1)
        let manager = FileManager.default
        try manager.createSymbolicLink(
            atPath: folder.path.appending("train/cat/again").string, withDestinationPath: "..")
        try folder.write("elsewhere/1.jpg")
        try manager.createSymbolicLink(
            atPath: folder.path.appending("train/dog/more").string, withDestinationPath: "../../elsewhere")
        let dataset = try ImageFolder.open(folder.path)
        #expect(dataset.train.contains { $0.path == "train/dog/more/1.jpg" })
        #expect(dataset.train.count < 20)
    }

    @Test func validationMayBeSpelledOut() throws {
        try folder.write("train/a/1.jpg")
        try folder.write("train/b/1.jpg")
        try folder.write("validation/a/1.jpg")
        #expect(try ImageFolder.open(folder.path).validation.map(\.path) == ["validation/a/1.jpg"])
    }

    /// It may come later, and be of any form, without a word from training.
    @Test func aTestFolderIsNoPartOfTraining() throws {
        try folder.images(train: 2, validation: 1)
        let before = try ImageFolder.open(folder.path)
        #expect(before.test.isEmpty)
        try folder.write("test/dog/1.jpg")
        let after = try ImageFolder.open(folder.path)
        #expect(after.test == [Sample(path: "test/dog/1.jpg", label: 1, size: 3)])
        #expect(after[.test] == after.test)
        #expect(after.fingerprint == before.fingerprint)
        try folder.write("test/unknown/1.jpg")
        let odd = try ImageFolder.open(folder.path)
        #expect(odd.test.isEmpty)
        #expect(odd.notices.last?.contains("/test is not used: ") == true)
    }

    @Test func nothingIsWritten() throws {
        try folder.images(train: 1, validation: 1)
        let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path.string).sorted()
        _ = try Statistics.scan(try ImageFolder.open(folder.path), threads: 1)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path.string).sorted() == before)
    }

    /// What lies in the folder (a name that ends in / is an empty folder), what the message names, what it advises.
    @Test(arguments: [
        (["nothing/"], "has no folder train", "must hold train/ and val/"),
        (["train/a/1.jpg", "train/b/1.jpg"], "no folder val", "must hold train/ and val/"),
        (["train/", "val/"], "/train holds no class folders", "folder of its own"),
        (["train/a/1.jpg", "val/"], "only the class folder a", "at least two"),
        (
            ["train/a/1.jpg", "train/b/", "val/a/1.jpg"], "/train/b holds no",
            "add images or remove the folder"
        ),
        (["train/a/1.jpg", "train/b/1.jpg", "val/"], "/val holds no image", "put some images"),
        (
            ["train/a/1.jpg", "train/b/1.jpg", "val/c/1.jpg"], "/train has not: c",
            "give them training images"
        ),
    ])
    func brokenLayout(_ names: [String], _ what: String, _ advice: String) throws {
        for name in names { try name.hasSuffix("/") ? folder.folder(name) : folder.write(name) }
        let failure = try #require(openFailure())
        #expect(failure.code == .invalid)
        #expect(failure.message.contains(folder.path.string))
        #expect(failure.message.contains(what))
        #expect(failure.message.contains(advice))
    }

    @Test func namesThatAreOneTextInTwoWays() throws {
        for name in ["e\u{301}", "\u{e9}"] {
            try folder.write("train/\(name)/1.jpg")
            try folder.write("val/\(name)/1.jpg")
        }
        #expect(openFailure()?.message.contains("two folders \u{e9}") == true)
    }

    @Test func missingFolder() throws {
        let path = folder.path.appending("not-there")
        let error = #expect(throws: DatasetsError.self) { try ImageFolder.open(path) }
        #expect(error?.message == "there is no folder \(path); correct `dataset` in the job file")
    }

    @Test func aFileInsteadOfAFolder() throws {
        try folder.write("file")
        let error = #expect(throws: DatasetsError.self) {
            try ImageFolder.open(folder.path.appending("file"))
        }
        #expect(error?.message.contains("file is a file") == true)
    }

    @Test func aLinkToNothing() throws {
        try folder.images(train: 1, validation: 1)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending("train/cat/lost.jpg").string, withDestinationPath: "nowhere")
        let failure = try #require(openFailure())
        #expect(failure.code == .unreadable)
        #expect(failure.message.contains("train/cat/lost.jpg"))
    }

    @Test func fingerprintSeesNamesAndSizes() throws {
        try folder.images(train: 2, validation: 1)
        let first = try ImageFolder.open(folder.path).fingerprint
        #expect(try ImageFolder.open(folder.path).fingerprint == first)
        #expect(first.difference(to: first) == nil)
        #expect(first.hash.count == 64)

        try folder.write("train/cat/1000.jpg", [1])
        let resized = try ImageFolder.open(folder.path).fingerprint
        #expect(first.difference(to: resized) == "some files have other names or sizes")

        try folder.write("train/eel/1.jpg", [1])
        let grown = try ImageFolder.open(folder.path).fingerprint
        #expect(first.difference(to: grown) == "new classes: eel; 4 training images before, 5 now")
    }

    /// To evaluate, the split alone will do, and so will class folders.
    @Test func oneSplitWillDoToEvaluate() throws {
        let folder = try TemporaryFolder()
        let jpeg = try TemporaryFolder.jpeg(1)
        for name in ["only/test/a/1.jpg", "only/test/b/2.jpg", "bare/a/1.jpg", "bare/b/2.jpg"] {
            try folder.write(name, jpeg)
        }
        try folder.write("only/test/a/notes.txt", [1])
        let only = try Dataset.open(folder.path.appending("only"), toEvaluate: .test)
        #expect(only.notices.count == 1 && only.notices[0].contains("test/a/notes.txt"), "\(only.notices)")
        #expect(only.classes == ["a", "b"])
        #expect(only.test.map(\.path) == ["test/a/1.jpg", "test/b/2.jpg"])
        #expect(only.train.isEmpty && only.validation.isEmpty)
        let bare = try Dataset.open(folder.path.appending("bare"), toEvaluate: .validation)
        #expect(bare.validation.map(\.path) == ["a/1.jpg", "b/2.jpg"])
        let error = #expect(throws: DatasetsError.self) {
            try Dataset.open(folder.path.appending("only"), toEvaluate: .validation)
        }
        #expect(error?.message.contains("has no folder train") == true, "a folder test is no class")
    }

    @Test func whoeverHasClassFoldersOnlyIsToldOfPrepare() throws {
        let folder = try TemporaryFolder()
        try folder.write("a/1.jpg", try TemporaryFolder.jpeg(1))
        let error = #expect(throws: DatasetsError.self) { try ImageFolder.open(folder.path) }
        #expect(error?.message.contains("alexnetd prepare") == true, "\(error?.message ?? "")")
    }
}
