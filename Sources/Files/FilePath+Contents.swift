// Small files, whole: read, and replaced so that a reader sees the old or the new and never a part.

package import Foundation
internal import Glibc
package import SystemPackage

extension FilePath {
    /// Larger than any file that is read whole here.
    private static var most: Int64 { 64 << 20 }

    /// Nil if there is no such file.
    /// - Throws: `Errno`; `.invalidArgument` for what is no regular file, which could keep a reader waiting for ever, and
    ///   `.fileTooLarge` beyond 64 MiB.
    package func contentsIfPresent() throws -> Data? {
        do {
            let file = try FileDescriptor.open(self, .readOnly, options: [.closeOnExec, .nonBlocking])
            return try file.closeAfter {
                var facts = Glibc.stat()
                guard fstat(file.rawValue, &facts) == 0 else { throw Errno(rawValue: errno) }
                guard facts.st_mode & S_IFMT != S_IFDIR else { throw Errno.isDirectory }
                guard facts.st_mode & S_IFMT == S_IFREG else { throw Errno.invalidArgument }
                guard facts.st_size <= Self.most else { throw Errno.fileTooLarge }
                var data = Data()
                var chunk = [UInt8](repeating: 0, count: 1 << 16)
                while case let count = try chunk.withUnsafeMutableBytes({ try file.read(into: $0) }),
                    count > 0
                {
                    data.append(contentsOf: chunk[..<count])
                }
                return data
            }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        }
    }

    /// Writes a `NewFile`, and gives it this name.
    /// - Parameters:
    ///   - permissions: these and no others, whatever the umask; nil for what it leaves of reading by all.
    ///   - writers: whether other processes may write it at the same time.
    ///   - durable: on disk, folder entry included, before this returns.
    /// - Throws: `Errno`.
    package func replaceContents(
        with bytes: some Sequence<UInt8>, permissions: FilePermissions? = nil,
        writers: NewFile.Writers = .one, durable: Bool
    ) throws {
        let file = try NewFile(self, permissions: permissions, writers: writers)
        try file.write(bytes)
        try file.finish(durable: durable)
    }
}
