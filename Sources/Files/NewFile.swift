// A file written piece by piece that gets its name when it is whole and on the disk. One owner, one thread.

internal import Glibc
package import SystemPackage

package final class NewFile {
    private let path: FilePath
    private let temporary: FilePath
    private let descriptor: FileDescriptor
    private var isOpen = true

    /// Makes `.NAME.tmp` beside `path`, which is replaced in the end.
    /// - Throws: `Errno`, as all below.
    package init(_ path: FilePath) throws {
        self.path = path
        temporary = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "").tmp")
        // Of a writer that was killed; or it is a link that somebody has put there, to have another file written.
        unlink(temporary.string)
        descriptor = try .open(
            temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    /// What is not finished leaves nothing behind.
    deinit {
        guard isOpen else { return }
        try? descriptor.close()
        unlink(temporary.string)
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws { _ = try descriptor.writeAll(bytes) }

    /// On the disk, under its name, when this returns. Call it once, last.
    package func finish() throws {
        try descriptor.sync()
        try temporary.rename(to: path)
        isOpen = false
        try descriptor.close()
        try path.removingLastComponent().syncFolder()
    }
}
