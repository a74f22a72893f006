// Whether a file is still the one it was: what stat(2) says without reading it.

internal import CLinux
internal import Glibc
package import SystemPackage

package struct FileIdentity: Hashable, Sendable {
    package var inode: UInt64
    package var size: Int64
    /// Nanoseconds since 1970, of the last write.
    package var modified: Int64
    /// Nanoseconds since 1970, of the last change of anything: a file that was moved came to its folder then, however
    /// old what it holds is.
    package var changed: Int64

    package init(inode: UInt64, size: Int64, modified: Int64, changed: Int64 = 0) {
        (self.inode, self.size, self.modified, self.changed) = (inode, size, modified, changed)
    }
}

/// Whether a folder is still the one it was, or another has its name now.
package struct FolderIdentity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    /// When it was made: a file system gives the number of a folder that was deleted to the next one at once.
    package var birth: Int64

    /// Nil if there is no folder.
    package init?(_ path: FilePath) {
        var facts = stat()
        guard stat(path.string, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { return nil }
        (device, inode) = (UInt64(facts.st_dev), UInt64(facts.st_ino))
        birth = clinux_birth(path.string)
    }
}

extension FileIdentity {
    /// Nil if there is no file; links are not followed.
    package init?(_ path: FilePath) {
        guard case .file(let identity)? = Entry(path) else { return nil }
        self = identity
    }
}

/// What lies under a name, links not followed.
enum Entry: Hashable {
    case folder
    /// Regular file, or anything else that is no folder.
    case file(FileIdentity)

    /// Nil if there is nothing, or the system does not say.
    init?(_ path: FilePath) {
        guard let entry = (try? Self.at(path)) ?? nil else { return nil }
        self = entry
    }

    /// - Returns: nil if there is nothing.
    /// - Throws: where the system does not say, as of a disk that is away.
    static func at(_ path: FilePath) throws(Errno) -> Entry? {
        var facts = stat()
        guard lstat(path.string, &facts) == 0 else {
            let reason = Errno(rawValue: errno)
            guard [.noSuchFileOrDirectory, .notDirectory].contains(reason) else { throw reason }
            return nil
        }
        if facts.st_mode & S_IFMT == S_IFDIR { return .folder }
        return .file(
            FileIdentity(
                inode: UInt64(facts.st_ino), size: Int64(facts.st_size),
                modified: nanoseconds(facts.st_mtim), changed: nanoseconds(facts.st_ctim)))
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        // Clocks and touch(1) may say anything; 2262 is the last year that fits.
        let (seconds, overflows) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        return overflows ? (time.tv_sec < 0 ? .min : .max) : seconds &+ Int64(time.tv_nsec)
    }
}
