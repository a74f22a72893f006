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

    /// Writes beside the path (`.NAME.tmp`), then renames onto it. One writer at a time.
    /// - Parameters:
    ///   - permissions: these and no others, whatever the umask; nil for what it leaves of reading by all.
    ///   - durable: on disk, folder entry included, before this returns.
    /// - Throws: `Errno`.
    package func replaceContents(
        with bytes: some Sequence<UInt8>, permissions: FilePermissions? = nil, durable: Bool
    ) throws {
        let folder = removingLastComponent()
        let temporary = folder.appending(".\(lastComponent?.string ?? "").tmp")
        // Of a writer that was killed; or it is a link that somebody has put there, to have another file written.
        unlink(temporary.string)
        let file = try FileDescriptor.open(
            temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: [
                .ownerReadWrite, .groupRead, .otherRead,
            ])
        do {
            try file.closeAfter {
                if let permissions, fchmod(file.rawValue, permissions.rawValue) != 0 {
                    throw Errno(rawValue: errno)
                }
                try file.writeAll(bytes)
                if durable { try file.sync() }
            }
            try temporary.rename(to: self)
        } catch {
            unlink(temporary.string)
            throw error
        }
        if durable { try folder.syncFolder() }
    }
}
