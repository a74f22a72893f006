import Files
import Foundation
import Glibc
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

    /// Whether whoever polls wakes up.
    private var hasNews: Bool {
        var source = pollfd(fd: watcher.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&source, 1, 0) == 1
    }

    @Test func tellsAWriterThatCloses() throws {
        let file = try FileDescriptor.open(
            watched.appending("a.yml"), .writeOnly, options: .create, permissions: .ownerReadWrite)
        try file.writeAll("epochs: 9".utf8)
        #expect(watcher.drain().isEmpty, "it may write on")
        try file.writeAll("0".utf8)
        try file.close()
        #expect(watcher.drain() == ["a.yml"])
        #expect(watcher.drain().isEmpty, "once")
    }

    @Test func tellsAFileThatIsMovedIn() throws {
        let elsewhere = temporary.path.appending("b.yml")
        try elsewhere.replaceContents(bytes: "dataset: /d")
        #expect(rename(elsewhere.string, watched.appending("b.yml").string) == 0)
        #expect(watcher.drain() == ["b.yml"])
    }

    @Test func saysThatSomethingHasLeft() throws {
        try watched.appending("a.yml").replaceContents(bytes: "")
        _ = watcher.drain()
        #expect(rename(watched.appending("a.yml").string, temporary.path.appending("a.yml").string) == 0)
        #expect(hasNews)
        #expect(watcher.drain().isEmpty)
        #expect(!hasNews, "once")
    }

    @Test func survivesTheFolder() throws {
        #expect(rename(watched.string, temporary.path.appending("old").string) == 0)
        #expect(hasNews)
        #expect(watcher.drain().isEmpty)
        #expect(!watcher.isArmed)
        #expect(throws: SpoolError.self) { try watcher.arm() }
        try FileManager.default.createDirectory(atPath: watched.string, withIntermediateDirectories: false)
        try watcher.arm()
        try watched.appending("c.yml").replaceContents(bytes: "")
        #expect(watcher.drain() == ["c.yml"])
        try FileManager.default.removeItem(atPath: watched.string)
        #expect(hasNews)
        #expect(watcher.drain().isEmpty)
        #expect(!watcher.isArmed)
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
