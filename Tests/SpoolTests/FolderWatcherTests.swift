import Files
import Foundation
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct FolderWatcherTests {
    let temporary: TemporaryFolder
    let watched: FilePath
    let watcher: FolderWatcher

    init() throws {
        temporary = try TemporaryFolder()
        watched = temporary.path.appending("jobs")
        try FileManager.default.createDirectory(atPath: watched.string, withIntermediateDirectories: false)
        watcher = try FolderWatcher(watched)
    }

    @Test func tellsAWriterThatCloses() throws {
        let file = try FileDescriptor.open(
            watched.appending("a.yml"), .writeOnly, options: .create, permissions: .ownerReadWrite)
        try file.writeAll("epochs: 9".utf8)
        #expect(watcher.drain().complete.isEmpty, "it may write on")
        try file.writeAll("0".utf8)
        try file.close()
        #expect(watcher.drain() == .complete(["a.yml"]))
        #expect(watcher.drain() == FolderWatcher.News(), "once")
    }

    @Test func tellsAFileThatIsMovedIn() throws {
        let elsewhere = temporary.path.appending("b.yml")
        try elsewhere.replaceContents(bytes: "dataset: /d")
        #expect(rename(elsewhere.string, watched.appending("b.yml").string) == 0)
        #expect(watcher.drain() == .complete(["b.yml"]))
    }

    @Test func saysThatSomethingHasLeft() throws {
        try watched.appending("a.yml").replaceContents(bytes: "")
        _ = watcher.drain()
        #expect(rename(watched.appending("a.yml").string, temporary.path.appending("a.yml").string) == 0)
        #expect(watcher.drain().rescan)
        #expect(watcher.drain() == FolderWatcher.News())
    }

    @Test func survivesTheFolder() throws {
        #expect(rename(watched.string, temporary.path.appending("old").string) == 0)
        #expect(watcher.drain().rescan)
        #expect(!watcher.isArmed)
        #expect(throws: SpoolError.self) { try watcher.arm() }
        try FileManager.default.createDirectory(atPath: watched.string, withIntermediateDirectories: false)
        try watcher.arm()
        try watched.appending("c.yml").replaceContents(bytes: "")
        #expect(watcher.drain() == .complete(["c.yml"]))
        try FileManager.default.removeItem(atPath: watched.string)
        #expect(watcher.drain().rescan)
        #expect(!watcher.isArmed)
    }
}

extension FolderWatcher.News {
    static func complete(_ names: [String]) -> Self {
        var news = Self()
        news.complete = names
        return news
    }
}

extension FilePath {
    /// By a plain write, as `cp` does it.
    func replaceContents(bytes text: String) throws {
        let file = try FileDescriptor.open(
            self, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }
}
