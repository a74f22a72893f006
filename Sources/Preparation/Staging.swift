// The folder in which records are made, DEST.preparing: it becomes DEST by one rename, when all in it is on the disk.
//
// 1. One process at a time: it holds a lock on the folder, which ends with it.
// 2. preparing.json says what is being made; whoever asks for something else is refused. It is there before anything else.
// 3. A shard has its name only when it is whole and on the disk, and its result in progress/ only after that.
// 4. manifest.json is written last; once it is there and preparing.json is gone, only the rename is left to do.

internal import Datasets
internal import Files
internal import Foundation
internal import Glibc
internal import SystemPackage

final class Staging {
    let path: FilePath
    private let destination: FilePath
    private let lock: FileDescriptor
    private var settingsFile: FilePath { path.appending(RecordSet.progressFile) }
    private var progress: FilePath { path.appending("progress") }

    /// Makes the folder, or takes the one that is there.
    /// - Parameter destination: absolute.
    /// - Throws: `taken` where another process is at it.
    init(_ destination: FilePath) throws {
        self.destination = destination
        let path = RecordSet.unfinished(destination)
        self.path = path
        try PreparationError.writing(path) { try path.makeFolder() }
        let lock = try PreparationError.writing(path) {
            try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
        }
        self.lock = lock
        guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            throw PreparationError(
                .taken, "\(path) is being prepared by another process; let it, or end it first")
        }
        // Between the two calls it may have become the destination.
        let (locked, there) = (try? lock.stat(), try? path.stat())
        guard let locked, let there, locked.inode == there.inode, locked.deviceID == there.deviceID else {
            throw PreparationError(.taken, "another process has just prepared \(destination); try again")
        }
    }

    deinit { try? lock.close() }

    private struct Beginning: Codable {
        let settings: [String: String]
    }

    /// Begins, or goes on where another attempt has ended.
    /// - Returns: whether only the folder's name is missing.
    /// - Throws: `invalid` where something else was begun; `taken` where the folder is none of ours.
    func begin(_ settings: [String: String]) throws -> Bool {
        let isComplete: Bool
        let before: [String: String]
        if let data = try contents(settingsFile) {
            guard let beginning = try? JSONDecoder().decode(Beginning.self, from: data) else {
                throw PreparationError(.taken, "\(settingsFile) cannot be read; remove \(path) to begin anew")
            }
            (before, isComplete) = (beginning.settings, false)
        } else if let data = try contents(path.appending(RecordManifest.fileName)) {
            (before, isComplete) = (try RecordManifest([UInt8](data), path).settings, true)
        } else {
            // A temporary file of ours may be left over from a kill.
            let names = try FileManager.default.contentsOfDirectory(atPath: path.string)
            guard names.allSatisfy({ $0 == ".\(RecordSet.progressFile).tmp" }) else {
                throw PreparationError(
                    .taken,
                    "\(path) holds something else (\(names.sorted()[0])); remove it, or choose another destination"
                )
            }
            try write(try Self.json(Beginning(settings: settings)), settingsFile)
            try PreparationError.writing(progress) { try progress.makeFolder() }
            return false
        }
        guard before == settings else {
            throw PreparationError(
                .invalid,
                "\(path) was begun otherwise (\(PreparationSettings.differences(before, settings).joined(separator: "; "))). "
                    + "Give the arguments of then, or remove it to begin anew")
        }
        if !isComplete { try PreparationError.writing(progress) { try progress.makeFolder() } }
        return isComplete
    }

    /// Of a shard that is whole.
    func result(_ shard: ShardPlan.Shard) throws -> ShardResult? {
        guard let data = try contents(progress.appending("\(shard.name).json")),
            let result = try? JSONDecoder().decode(ShardResult.self, from: data), result.fits(shard),
            (try? path.appending(shard.name).stat())?.size == result.file.size
        else { return nil }
        return result
    }

    func shard(_ shard: ShardPlan.Shard) throws -> ShardFile { try ShardFile(path.appending(shard.name)) }

    func keep(_ result: ShardResult) throws {
        try write(try Self.json(result), progress.appending("\(result.file.name).json"))
    }

    /// A file of the finished folder, on the disk when this returns.
    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> RecordManifest.File {
        try write(bytes, path.appending(name))
        return RecordManifest.File(name: name, bytes)
    }

    private func write(_ bytes: [UInt8], _ file: FilePath) throws {
        try PreparationError.writing(file) { try file.replaceContents(with: bytes, durable: true) }
    }

    /// Gives the folder its name. All in it is on the disk.
    func finish() throws {
        try PreparationError.writing(path) {
            for path in [settingsFile, progress] { try Self.remove(path) }
            try path.syncFolder()
        }
        do {
            try path.rename(to: destination)
        } catch {
            throw PreparationError(
                .unwritable,
                "all is prepared in \(path), which cannot be renamed to \(destination); if that is a mount point, choose a "
                    + "folder inside it", cause: error)
        }
        try PreparationError.writing(destination) { try destination.removingLastComponent().syncFolder() }
    }

    private func contents(_ file: FilePath) throws -> Data? {
        do {
            return try file.contentsIfPresent()
        } catch {
            throw PreparationError(.unwritable, "cannot read \(file)", cause: error)
        }
    }

    private static func remove(_ path: FilePath) throws {
        do {
            try FileManager.default.removeItem(atPath: path.string)
        } catch let error as CocoaError where error.code == .fileNoSuchFile {}
    }

    private static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return [UInt8](try encoder.encode(value))
    }
}
