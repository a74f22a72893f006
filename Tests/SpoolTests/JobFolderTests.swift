import Files
import Foundation
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct JobFolderTests {
    let temporary: TemporaryFolder
    let folder: JobFolder
    let job: JobName

    init() throws {
        temporary = try TemporaryFolder()
        folder = JobFolder(RootFolder(temporary.path))
        try folder.createTree()
        job = try JobName(fileName: "a.yml")
    }

    func put(_ name: String, _ place: JobFolder.Place = .queued, _ text: String = "dataset: /d") throws {
        try folder.path(name, in: place).replaceContents(with: Array(text.utf8), durable: false)
    }

    func names(_ place: JobFolder.Place) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(place).string).sorted()
    }

    @Test func makingTheTreeAgainChangesNothing() throws {
        try put("a.yml")
        try folder.createTree()
        #expect(try folder.scan(.queued).map(\.fileName) == ["a.yml"])
    }

    @Test func scanSeesWhatIsMeantAsAJob() throws {
        for name in ["b.yaml", "c.json", "bad name.yml", ".d.yml", "e.yml~", "4913", "f.txt"] {
            try put(name)
        }
        try FileManager.default.createDirectory(
            atPath: folder.path("g.yml", in: .queued).string, withIntermediateDirectories: false)
        #expect(try Set(folder.scan(.queued).map(\.fileName)) == ["b.yaml", "c.json", "bad name.yml"])
    }

    @Test func claimMovesAndFinishMovesOn() throws {
        try put("a.yml")
        try folder.claim(job)
        #expect(try folder.scan(.queued).isEmpty)
        #expect(try names(.running) == ["a.yml"])
        try folder.finish(job, to: .done)
        #expect(try names(.running).isEmpty)
        #expect(try names(.done) == ["a.yml"])
    }

    @Test func claimNeverReplacesWhatRuns() throws {
        try put("a.yml", .running, "old")
        try put("a.yml", .queued, "new")
        let error = #expect(throws: SpoolError.self) { try folder.claim(job) }
        #expect(error?.code == .taken)
        #expect(try JobFile.read(folder.path("a.yml", in: .running)) == Array("old".utf8))
        #expect(folder.identity("a.yml", in: .queued) != nil, "it waits")
    }

    @Test func claimOfAGoneFileSaysSo() throws {
        let error = #expect(throws: SpoolError.self) { try folder.claim(job) }
        #expect(error?.code == .vanished)
    }

    @Test(arguments: [JobFolder.Place.done, .failed, .cancelled]) func finishReplaces(
        _ place: JobFolder.Place
    ) throws {
        try put("a.yml", place, "old")
        try put("a.yml", .running, "new")
        try folder.finish(job, to: place)
        #expect(try JobFile.read(folder.path("a.yml", in: place)) == Array("new".utf8))
    }

    @Test func failureLeavesItsReasonUntilTheNextTry() throws {
        try put("a.yml", .running)
        try folder.finish(job, to: .failed, reason: "why")
        #expect(try names(.failed) == ["a.error.txt", "a.yml"])
        #expect(try folder.errorText(stem: "a").contentsIfPresent() == Data("why\n".utf8))
        // A person moves it back.
        #expect(
            rename(folder.path("a.yml", in: .failed).string, folder.path("a.yml", in: .queued).string) == 0)
        try folder.claim(job)
        #expect(try names(.failed).isEmpty)
    }

    @Test func aSecondFileOfAStemKeepsItsReason() throws {
        try put("a.yml")
        try put("a.json")
        try folder.refuse("a.json", reason: "a.yml came first")
        try folder.claim(job)
        #expect(try names(.failed) == ["a.error.txt", "a.json"])
    }

    @Test func finishOfAVanishedFileStillSaysWhy() throws {
        let error = #expect(throws: SpoolError.self) { try folder.finish(job, to: .failed, reason: "why") }
        #expect(error?.code == .vanished)
        #expect(try names(.failed) == ["a.error.txt"])
    }

    @Test func anythingCanBeRefused() throws {
        let long = String(repeating: "ä", count: 120) + ".yml"
        try put(long)
        symlink("/etc/passwd", folder.path("link.yml", in: .queued).string)
        for name in [long, "link.yml"] { try folder.refuse(name, reason: "no") }
        #expect(try folder.scan(.queued).isEmpty)
        #expect(try names(.failed).count == 4)
        #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
    }

    @Test func oneDaemonPerRoot() throws {
        let lock = try RootLock(folder.root)
        let error = #expect(throws: SpoolError.self) { try RootLock(folder.root) }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("process \(getpid())") == true)
        withExtendedLifetime(lock) {}
    }
}
