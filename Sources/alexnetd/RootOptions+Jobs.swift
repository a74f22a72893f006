// The job folder of a command that looks at it or moves files in it: it is there already, and no daemon need run.

import ArgumentParser
import Foundation
import Glibc
import Jobs
import Spool
import SystemPackage

extension RootOptions {
    /// - Throws: what is missing, and what to do.
    func jobFolder() throws -> JobFolder {
        let root = folder
        guard access(root.jobs.string, R_OK | X_OK) != 0 else { return JobFolder(root) }
        guard Errno(rawValue: errno) == .permissionDenied else {
            throw ValidationError(
                "there is no job folder at \(root.jobs); give --root, or run \"alexnetd serve\" there first")
        }
        throw ValidationError(
            "\(root.jobs) may not be looked into by this user; join the group that owns it (see ls -ld)")
    }
}

extension RootFolder {
    /// Whether a daemon serves it now; nil where this user may not know.
    var isServed: Bool? {
        if access(lock.string, R_OK) != 0, Errno(rawValue: errno) == .permissionDenied { return nil }
        return FileLock.isHeld(lock)
    }
}
