// The file operations of the store, with errors that say what was being done to which file.

internal import Files
internal import Foundation
internal import SystemPackage

enum Durability {
    /// Waits until the names in `folder` are on the disk.
    static func sync(folder: FilePath) throws {
        try CheckpointsError.naming("syncing the folder", folder) { try folder.syncFolder() }
    }

    static func rename(_ old: FilePath, to new: FilePath) throws {
        try CheckpointsError.naming("renaming to \(new)", old) { try old.rename(to: new) }
    }

    /// Swaps two names.
    /// - Returns: false where the file system cannot.
    static func exchange(_ one: FilePath, _ other: FilePath) throws -> Bool {
        try CheckpointsError.naming("swapping with \(other)", one) { try one.exchange(with: other) }
    }

    /// Makes `folder` in one that is there; its own name is durable afterwards.
    static func make(folder: FilePath) throws {
        try CheckpointsError.naming("making the folder", folder) { try folder.makeFolderHere() }
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
