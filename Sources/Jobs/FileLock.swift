// A lock that ends with its process, however that ends: flock(2) on a file that names the holder. The file stays; to
// remove it would let two processes lock two files of one name.

internal import Files
internal import Foundation
internal import Glibc
package import SystemPackage

package final class FileLock: Sendable {
    private let file: FileDescriptor
    /// `isHeld` takes the lock for a moment, which is not to look like a holder.
    private static let patience = Duration.milliseconds(50)

    /// - Parameter path: made if missing; its folder must exist.
    /// - Throws: `locked`, with the holder's process id; `runFile` if the file cannot be made.
    package init(_ path: FilePath) throws(JobError) {
        do {
            file = try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        } catch {
            throw JobError(
                .runFile, "the lock cannot be made; check permissions", file: path.string, cause: error)
        }
        let deadline = ContinuousClock.now + Self.patience
        while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
            let reason = Errno(rawValue: errno)
            if reason == .interrupted { continue }
            if reason == .wouldBlock, ContinuousClock.now < deadline {
                usleep(2000)
                continue
            }
            defer { try? file.close() }
            guard reason == .wouldBlock else {
                throw JobError(.runFile, "cannot be locked", file: path.string, cause: reason)
            }
            let holder = Self.holder(of: path).map { "process \($0)" } ?? "another process"
            throw JobError(
                .locked, "is held by \(holder); end it first, or use another folder", file: path.string)
        }
        _ = ftruncate(file.rawValue, 0)
        _ = try? file.writeAll(toAbsoluteOffset: 0, "\(getpid())\n".utf8)
    }

    deinit { try? file.close() }

    /// Whether some process holds it now.
    package static func isHeld(_ path: FilePath) -> Bool {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
            return false
        }
        defer { try? file.close() }
        return flock(file.rawValue, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// The process that last took it.
    package static func holder(of path: FilePath) -> Int32? {
        guard let data = try? path.contentsIfPresent() else { return nil }
        return Int32(
            String(decoding: data.prefix(16), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
