// Names that are given once: a file comes whole under a name that nothing else has, or not at all.

internal import CLinux
internal import Files
internal import Glibc
package import SystemPackage

extension FilePath {
    /// Moves the file within its file system, unless something has the other name.
    /// - Throws: `Errno`; `.fileExists` if something has.
    package func renameExclusive(to other: FilePath) throws(Errno) {
        if clinux_rename_exclusive(string, other.string) == 0 { return }
        let reason = Errno(rawValue: errno)
        guard [.invalidArgument, .noFunction, .notSupported].contains(reason) else { throw reason }
        try relink(to: other)
    }

    /// The same for a file system without exclusive rename, such as NFS: first another name, then without the old one.
    /// A crash between the two leaves both, and never none.
    package func relink(to other: FilePath) throws(Errno) {
        guard link(string, other.string) == 0 else { throw Errno(rawValue: errno) }
        unlink(string)
    }

    /// Makes the file, whole and on disk: it is written beside the path under a dotfile's name, then moved there.
    /// - Parameter permissions: those it gets, whatever the umask.
    /// - Throws: `Errno`; `.fileExists` if something has the name.
    package func create(with bytes: some Sequence<UInt8>, permissions: FilePermissions) throws {
        let folder = removingLastComponent()
        let unique = String(UInt32.random(in: .min ... .max), radix: 36)
        let temporary = folder.appending(".\(lastComponent?.string ?? "").\(unique).tmp")
        let file = try FileDescriptor.open(
            temporary, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
            permissions: permissions)
        do {
            try file.closeAfter {
                guard fchmod(file.rawValue, permissions.rawValue) == 0 else { throw Errno(rawValue: errno) }
                try file.writeAll(bytes)
                try file.sync()
            }
            try temporary.renameExclusive(to: self)
        } catch {
            unlink(temporary.string)
            throw error
        }
        try folder.syncFolder()
    }
}
