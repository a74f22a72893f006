// manifest.json, written last into a checkpoint: what the checkpoint consists of. Whoever finds a manifest whose files
// all have these sizes and hashes holds exactly the bytes that were written.

internal import Crypto
internal import Files
internal import Foundation
internal import SystemPackage

package struct Manifest: Codable, Hashable, Sendable {
    package struct File: Codable, Hashable, Sendable {
        package let name: String
        /// In bytes.
        package let size: Int
        /// 64 hexadecimal digits, lower case.
        package let sha256: String
    }

    package static let fileName = "manifest.json"
    /// Of the folder's layout. A program reads the formats it knows and refuses newer ones.
    package static let currentFormat = 1

    package let format: Int
    /// Training steps done.
    package let step: Int
    /// The best by the run's metric when it was written; of several marked ones the newest is the best.
    package var best: Bool
    package let files: [File]

    package init(step: Int, best: Bool, files: [File]) {
        (format, self.step, self.best, self.files) = (Self.currentFormat, step, best, files)
    }

    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// Reads the manifest of the checkpoint `folder` of step `step`.
    /// - Throws: `.damaged` if it is missing or not a manifest of that step; `.unsupported` if it is of a newer format; `.io`.
    static func read(in folder: FilePath, step: Int) throws -> Manifest {
        let path = folder.appending(fileName)
        let data = try Data(contentsOf: path, limit: 1 << 20)
        struct Format: Decodable { var format: Int }
        let manifest: Manifest
        do {
            let format = try JSONDecoder().decode(Format.self, from: data).format
            guard format == currentFormat else {
                throw CheckpointsError(
                    .unsupported,
                    "\(path): format \(format), this program reads \(currentFormat): use a newer one")
            }
            manifest = try JSONDecoder().decode(Manifest.self, from: data)
        } catch let error as DecodingError {
            throw CheckpointsError(.damaged, "\(path) is not a checkpoint's manifest", cause: error)
        }
        guard manifest.step == step else {
            throw CheckpointsError(.damaged, "\(path) says step \(manifest.step) in a folder of step \(step)")
        }
        for file in manifest.files where FilePath.Component(file.name)?.kind != .regular || file.size < 0 {
            throw CheckpointsError(.damaged, "\(path) lists “\(file.name)”, which is no plain file name")
        }
        return manifest
    }

    /// Reads every file once and compares size and hash.
    func verify(in folder: FilePath) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        for file in files {
            let path = folder.appending(file.name)
            var hash = SHA256()
            var size = 0
            try Self.reading(path) { descriptor in
                while case let count = try descriptor.read(into: buffer), count > 0 {
                    hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    size += count
                }
            }
            guard size == file.size else {
                throw CheckpointsError(.damaged, "\(path) has \(size) bytes, its manifest says \(file.size)")
            }
            guard hash.finalize().hexadecimal == file.sha256 else {
                throw CheckpointsError(
                    .damaged, "\(path) has other bytes than were written: its SHA-256 differs")
            }
        }
    }

    /// Opens a file of a checkpoint. One that is missing is damage; other errors (permissions, a disk that fails) say nothing
    /// about the bytes.
    static func reading<T>(_ path: FilePath, _ body: (FileDescriptor) throws -> T) throws -> T {
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            return try descriptor.closeAfter { try body(descriptor) }
        } catch let errno as Errno where [.noSuchFileOrDirectory, .isDirectory].contains(errno) {
            throw CheckpointsError(.damaged, "\(path) cannot be read", cause: errno)
        } catch let errno as Errno {
            throw CheckpointsError(errno, "reading", path)
        }
    }
}

extension Data {
    /// The whole of a checkpoint's small file.
    /// - Throws: `.damaged` if it is missing or longer than `limit` bytes; `.io`.
    init(contentsOf path: FilePath, limit: Int) throws {
        self = try Manifest.reading(path) { descriptor in
            let size = Int(try descriptor.seek(offset: 0, from: .end))
            guard size <= limit else {
                throw CheckpointsError(.damaged, "\(path) is longer than \(limit) bytes")
            }
            var bytes = [UInt8](repeating: 0, count: size)
            guard try bytes.withUnsafeMutableBytes({ try descriptor.fill($0, at: 0) }) == size else {
                throw CheckpointsError(.damaged, "\(path) became shorter while it was read")
            }
            return Data(bytes)
        }
    }
}
