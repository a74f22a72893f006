// A file written piece by piece that gets its name when it is whole: a reader sees the old one or the new, and never a part.
// One owner, one thread.

internal import Glibc
package import SystemPackage

package final class NewFile {
    private let path: FilePath
    private let temporary: FilePath
    private let descriptor: FileDescriptor
    private var isOpen = true

    /// Processes that may write the same file at a time.
    package enum Writers: Sendable {
        /// The temporary file is `.NAME.tmp`: who comes after one that was killed removes what is left of it.
        case one
        /// `.NAME.RANDOM.tmp`: nobody touches another's, nor what is left of one that was killed.
        case several
    }

    /// Makes a temporary file beside `path`, which is replaced in the end.
    /// - Parameter permissions: these and no others, whatever the umask; nil for what it leaves of reading by all.
    /// - Throws: `Errno`, as all below.
    package init(
        _ path: FilePath, permissions: FilePermissions? = nil, writers: Writers = .one
    ) throws {
        self.path = path
        let name = path.lastComponent?.string ?? ""
        let unique = String(UInt32.random(in: .min ... .max), radix: 36)
        temporary = path.removingLastComponent().appending(
            writers == .one ? ".\(name).tmp" : ".\(name).\(unique).tmp")
        // Of a writer that was killed; or it is a link that somebody has put there, to have another file written.
        unlink(temporary.string)
        descriptor = try .open(
            temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
        if let permissions, fchmod(descriptor.rawValue, permissions.rawValue) != 0 {
            throw Errno(rawValue: errno)
        }
    }

    /// What is not finished leaves nothing behind.
    deinit {
        guard isOpen else { return }
        try? descriptor.close()
        unlink(temporary.string)
    }

    package func write(_ bytes: some Sequence<UInt8>) throws { _ = try descriptor.writeAll(bytes) }

    /// Gives the file its name. Call it once, last.
    /// - Parameter durable: on disk, folder entry included, before this returns.
    package func finish(durable: Bool) throws {
        if durable { try descriptor.sync() }
        isOpen = false
        do {
            // Some file systems say only now that there was no room.
            try descriptor.close()
            try temporary.rename(to: path)
        } catch {
            unlink(temporary.string)
            throw error
        }
        if durable { try path.removingLastComponent().syncFolder() }
    }
}
