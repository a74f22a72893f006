import Files
import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct FilesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [false, true]) func contentsAreReplacedWhole(_ durable: Bool) throws {
        let path = folder.path.appending("file")
        #expect(try path.contentsIfPresent() == nil)
        for text in ["first", "", "the second, which is longer"] {
            try path.replaceContents(with: text.utf8, durable: durable)
            #expect(try path.contentsIfPresent() == Data(text.utf8))
        }
        #expect(try folder.names() == ["file"])
    }

    /// What another process is writing stays its own.
    @Test func severalMayWriteAtATime() throws {
        let path = folder.path.appending("file")
        try folder.write("half".utf8, to: ".file.1.tmp")
        try path.replaceContents(with: "whole".utf8, writers: .several, durable: true)
        #expect(try folder.names() == [".file.1.tmp", "file"])
        #expect(try path.contentsIfPresent() == Data("whole".utf8))
    }

    @Test func permissionsAreThoseAskedFor() throws {
        let path = folder.path.appending("file")
        // More than a umask leaves, and less.
        for permissions in [FilePermissions(rawValue: 0o666), FilePermissions(rawValue: 0o604)] {
            try path.replaceContents(with: "x".utf8, permissions: permissions, durable: false)
            #expect(try path.stat().permissions == permissions)
        }
    }

    @Test func whatCannotBeReplacedLeavesNothing() throws {
        try folder.path.appending("file").makeFolder()
        #expect(throws: Errno.self) {
            try folder.path.appending("file").replaceContents(with: "x".utf8, durable: false)
        }
        #expect(try folder.names() == ["file"])
        #expect(throws: Errno.isDirectory) { try folder.path.appending("file").contentsIfPresent() }
    }

    @Test func foldersAreMadeWithThoseAroundThem() throws {
        let path = folder.path.appending("a/b/c")
        for _ in 0..<2 { try path.makeFolder() }
        #expect(try folder.names("a/b") == ["c"])
        try folder.write("x".utf8, to: "a/file")
        #expect(throws: Errno.notDirectory) { try folder.path.appending("a/file").makeFolder() }
        #expect(throws: Errno.notDirectory) { try folder.path.appending("a/file/b").makeFolder() }
        #expect(throws: Errno.self) { try FilePath("").makeFolder() }
        try path.syncFolder()
        #expect(throws: Errno.noSuchFileOrDirectory) { try path.appending("d").syncFolder() }
    }

    @Test func namesAreSwapped() throws {
        let (one, other) = (folder.path.appending("one"), folder.path.appending("other"))
        try folder.write("1".utf8, to: "one/file")
        try folder.write("2".utf8, to: "other/file")
        guard try one.exchange(with: other) else { return }  // not every file system can
        #expect(try one.appending("file").contentsIfPresent() == Data("2".utf8))
        #expect(try other.appending("file").contentsIfPresent() == Data("1".utf8))
        #expect(throws: Errno.noSuchFileOrDirectory) { try one.exchange(with: folder.path.appending("none")) }
    }
}
