// Small files, whole: read, and replaced so that a reader sees the old or the new and never a part; and folders.

package import Foundation
internal import Glibc
package import SystemPackage

extension FilePath {
    /// Nil if there is no such file.
    /// - Throws: `Errno`.
    package func contentsIfPresent() throws -> Data? {
        do {
            let file = try FileDescriptor.open(self, .readOnly, options: .closeOnExec)
            return try file.closeAfter {
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
    /// - Parameter durable: on disk, folder entry included, before this returns.
    /// - Throws: `Errno`.
    package func replaceContents(with bytes: some Sequence<UInt8>, durable: Bool) throws {
        let folder = removingLastComponent()
        let temporary = folder.appending(".\(lastComponent?.string ?? "").tmp")
        let file = try FileDescriptor.open(
            temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [
                .ownerReadWrite, .groupRead, .otherRead,
            ])
        do {
            try file.closeAfter {
                try file.writeAll(bytes)
                if durable, fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
            }
            guard rename(temporary.string, string) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            unlink(temporary.string)
            throw error
        }
        if durable { try folder.syncFolder() }
    }

    /// Makes the folder and those around it, where they are missing.
    /// - Throws: `Errno`.
    package func makeFolder() throws(Errno) {
        if mkdir(string, 0o777) == 0 { return }
        var reason = Errno(rawValue: errno)
        if reason == .noSuchFileOrDirectory, lastComponent != nil {
            try removingLastComponent().makeFolder()
            if mkdir(string, 0o777) == 0 { return }
            reason = Errno(rawValue: errno)
        }
        guard reason == .fileExists else { throw reason }
        if try stat().type != .directory { throw .notDirectory }
    }

    /// Makes renames in this folder survive a power cut.
    /// - Throws: `Errno`.
    package func syncFolder() throws {
        let folder = try FileDescriptor.open(
            isEmpty ? "." : self, .readOnly, options: [.directory, .closeOnExec])
        try folder.closeAfter {
            // Some network file systems cannot, and need not.
            if fsync(folder.rawValue) != 0, errno != EINVAL { throw Errno(rawValue: errno) }
        }
    }
}
