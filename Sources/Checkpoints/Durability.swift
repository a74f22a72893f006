// The system calls that make a change outlive a power cut, and the few folder operations the store needs. Rule: a
// file's bytes are durable after its fsync, its name after an fsync of the folder that holds it.

internal import CLinux
internal import Foundation
private import Glibc
internal import SystemPackage

enum Durability {
    /// Waits until what was written to `descriptor` is on the disk.
    static func sync(_ descriptor: FileDescriptor) throws(Errno) {
        while fsync(descriptor.rawValue) != 0 {
            if Errno(rawValue: errno) != .interrupted { throw Errno(rawValue: errno) }
        }
    }

    /// Waits until the names in `folder` are on the disk.
    static func sync(folder: FilePath) throws {
        try CheckpointsError.naming("syncing the folder", folder) {
            let descriptor = try FileDescriptor.open(folder, .readOnly, options: [.closeOnExec, .directory])
            try descriptor.closeAfter { try sync(descriptor) }
        }
    }

    static func rename(_ old: FilePath, to new: FilePath) throws {
        let result = old.withPlatformString { from in
            new.withPlatformString { to in Glibc.rename(from, to) }
        }
        if result != 0 { throw CheckpointsError(Errno(rawValue: errno), "renaming to \(new)", old) }
    }

    /// Swaps two names.
    /// - Returns: false where the file system cannot.
    static func exchange(_ one: FilePath, _ other: FilePath) throws -> Bool {
        if clinux_rename_exchange(one.string, other.string) == 0 { return true }
        let reason = Errno(rawValue: errno)
        guard [.invalidArgument, .noFunction].contains(reason) else {
            throw CheckpointsError(reason, "swapping with \(other)", one)
        }
        return false
    }

    /// Makes `folder` and its parents; its own name is durable afterwards.
    static func make(folder: FilePath) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        } catch { throw translated(error, "making the folder", folder) }
        try sync(folder: folder.removingLastComponent())
    }

    /// The names in `folder`, sorted; none if the folder does not exist.
    static func names(in folder: FilePath) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return []
        } catch { throw translated(error, "listing", folder) }
    }

    /// Removes a file or a whole folder; one that is not there is no error.
    static func remove(_ path: FilePath) throws {
        do {
            try FileManager.default.removeItem(atPath: path.string)
        } catch let error as CocoaError where error.code == .fileNoSuchFile {
        } catch { throw translated(error, "removing", path) }
    }

    private static func translated(_ error: any Error, _ doing: String, _ path: FilePath) -> CheckpointsError
    {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        if let underlying, underlying.domain == NSPOSIXErrorDomain {
            return CheckpointsError(Errno(rawValue: CInt(underlying.code)), doing, path)
        }
        return CheckpointsError(.io, "\(doing) \(path) failed", cause: error)
    }
}
