// A file in ROOT/hooks, and whether it may be run: only what nobody but root and this process's user could have put
// there, since it runs with this process's rights.

internal import Glibc
package import SystemPackage

package enum HookFile: Hashable, Sendable {
    case absent
    case runnable
    /// Why it is not run, with its path and the remedy.
    case refused(String)

    package init(_ path: FilePath) {
        let folder = path.removingLastComponent()
        var entry = stat()
        if lstat(path.string, &entry) != 0 {
            let reason = Errno(rawValue: errno)
            let isAbsent = reason == .noSuchFileOrDirectory
            self = isAbsent ? .absent : .refused("\(path) cannot be looked at (\(reason))")
            return
        }
        // Whoever may change a folder above may put another in its place.
        var above: [FilePath] = []
        var ancestor = folder
        while ancestor.removeLastComponent() { above.append(ancestor) }
        self =
            above.lazy.compactMap { Self.refusal($0, S_IFDIR, unlessSticky: true) }.first
            ?? Self.refusal(folder, S_IFDIR) ?? Self.refusal(path, S_IFREG) ?? .runnable
        if self == .runnable, access(path.string, X_OK) != 0 {
            self = .refused("\(path) may not be executed by this user; chmod a+x it")
        }
    }

    /// - Parameters:
    ///   - kind: what it must be, a folder or a file.
    ///   - unlessSticky: a folder in which each may only change what is their own (/tmp) will do.
    private static func refusal(
        _ path: FilePath, _ kind: mode_t, unlessSticky: Bool = false
    ) -> HookFile? {
        var facts = stat()
        guard stat(path.string, &facts) == 0 else {
            return .refused("\(path) cannot be looked at (\(Errno(rawValue: errno)))")
        }
        guard facts.st_mode & S_IFMT == kind else {
            return .refused("\(path) is no \(kind == S_IFDIR ? "folder" : "regular file")")
        }
        guard [0, geteuid()].contains(facts.st_uid) else {
            return .refused(
                "\(path) belongs to user \(facts.st_uid), neither to root nor to user \(geteuid()), who would run it; chown it"
            )
        }
        let isSticky = unlessSticky && facts.st_mode & S_ISVTX != 0
        guard isSticky || facts.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            return .refused("\(path) may be changed by others than its owner; chmod go-w it")
        }
        return nil
    }
}
