// A new file whose SHA-256 is known the moment its last byte is written, so that nothing is read twice.

internal import Crypto
internal import Files
internal import SystemPackage

final class HashingFile {
    let path: FilePath
    private let descriptor: FileDescriptor
    private var hash = SHA256()
    private var size = 0
    private var isOpen = true

    /// Hashed and written piece by piece: each is still in the cache when the system copies it.
    private static let piece = 1 << 20

    init(creating path: FilePath) throws {
        self.path = path
        descriptor = try CheckpointsError.naming("making", path) {
            try .open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        }
    }

    deinit {
        if isOpen { try? descriptor.close() }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try CheckpointsError.naming("writing", path) {
            for start in stride(from: 0, to: bytes.count, by: Self.piece) {
                let piece = UnsafeRawBufferPointer(
                    rebasing: bytes[start..<min(start + Self.piece, bytes.count)])
                hash.update(bufferPointer: piece)
                try descriptor.writeAll(piece)
            }
        }
        size += bytes.count
    }

    /// Waits until the bytes are on the disk and closes. Call it once, last.
    func finish() throws -> Manifest.File {
        try CheckpointsError.naming("writing", path) {
            try descriptor.sync()
            isOpen = false
            try descriptor.close()
        }
        return Manifest.File(
            name: path.lastComponent?.string ?? "", size: size, sha256: hash.finalize().hexadecimal)
    }
}
