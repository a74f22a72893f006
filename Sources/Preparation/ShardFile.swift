// A shard while it is written, under a name that nobody takes for a finished one; its SHA-256 is known with its last byte.

internal import Crypto
internal import Datasets
internal import Files
internal import SystemPackage

final class ShardFile {
    private let path: FilePath
    private let file: NewFile
    private var hash = SHA256()
    private(set) var size: Int64 = 0

    /// - Parameter path: what it is to be called.
    init(_ path: FilePath) throws {
        self.path = path
        file = try PreparationError.writing(path) { try NewFile(path) }
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            hash.update(bufferPointer: bytes)
            try PreparationError.writing(path) { try file.write(bytes) }
        }
        size += Int64(bytes.count)
    }

    /// On the disk, under its name, when this returns. Call it once, last.
    func finish() throws -> RecordManifest.File {
        try PreparationError.writing(path) { try file.finish(durable: true) }
        return RecordManifest.File(
            name: path.lastComponent?.string ?? "", size: size, sha256: hash.finalize().hexadecimal)
    }
}

extension PreparationError {
    /// - Throws: `unwritable`, naming the file.
    static func writing<Result>(_ path: FilePath, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as Errno {
            throw PreparationError(
                .unwritable,
                "cannot write \(path); make room, or let the folder be written to; then the same command goes on from "
                    + "here", cause: error)
        }
    }
}
