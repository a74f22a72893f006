// Folders and names. Rule: a file's bytes outlive a power cut after its `sync`, its name after a `syncFolder` of the
// folder that holds it.

internal import CLinux
internal import Glibc
package import SystemPackage

extension FilePath {
    /// Makes the folder and those around it, where they are missing. The names of those that it makes survive a power cut.
    /// - Throws: `Errno`; `.notDirectory` where something else has its name.
    package func makeFolder() throws {
        let parent = removingLastComponent()
        if mkdir(string, 0o777) == 0 { return try parent.syncFolder() }
        var reason = Errno(rawValue: errno)
        if reason == .noSuchFileOrDirectory, lastComponent != nil {
            try parent.makeFolder()
            if mkdir(string, 0o777) == 0 { return try parent.syncFolder() }
            reason = Errno(rawValue: errno)
        }
        guard reason == .fileExists else { throw reason }
        if try stat().type != .directory { throw Errno.notDirectory }
    }

    /// Makes the folder in one that is there. Where that one is not, it has been unmounted or moved, and is no place to
    /// begin anew.
    /// - Throws: `Errno`; `.notDirectory` where something else has its name.
    package func makeFolderHere() throws {
        if mkdir(string, 0o777) == 0 { return }
        let reason = Errno(rawValue: errno)
        guard reason == .fileExists else { throw reason }
        if try stat().type != .directory { throw Errno.notDirectory }
    }

    /// Makes the names in this folder survive a power cut.
    /// - Throws: `Errno`.
    package func syncFolder() throws {
        let folder = try FileDescriptor.open(
            isEmpty ? "." : self, .readOnly, options: [.directory, .closeOnExec])
        try folder.closeAfter {
            // Some network file systems cannot, and need not.
            do { try folder.sync() } catch Errno.invalidArgument {}
        }
    }

    /// Replaces what has the other name.
    /// - Throws: `Errno`.
    package func rename(to other: FilePath) throws {
        if Glibc.rename(string, other.string) != 0 { throw Errno(rawValue: errno) }
    }

    /// Swaps two names, in a way that no crash can tear.
    /// - Returns: false where the file system cannot.
    /// - Throws: `Errno`.
    package func exchange(with other: FilePath) throws -> Bool {
        if clinux_rename_exchange(string, other.string) == 0 { return true }
        let reason = Errno(rawValue: errno)
        guard [.invalidArgument, .noFunction, .notSupported].contains(reason) else { throw reason }
        return false
    }
}

extension FileDescriptor {
    /// Waits until what was written is on the disk. A failure is not worth a second try: the kernel may have dropped the
    /// pages.
    /// - Throws: `Errno`.
    package func sync() throws {
        while fsync(rawValue) != 0 {
            if Errno(rawValue: errno) != .interrupted { throw Errno(rawValue: errno) }
        }
    }
}
