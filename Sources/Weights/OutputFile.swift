// A new file that gets its name when it is whole and on the disk. One owner, one thread.

internal import Files
internal import Foundation
internal import SystemPackage

final class OutputFile {
    private let path: FilePath
    private let temporary: FilePath
    private let descriptor: FileDescriptor
    private var isOpen = true
    /// Bytes so far.
    private(set) var count = 0

    /// Makes `.NAME.tmp` beside `path`.
    /// - Throws: `.exists` where the path is taken and not to be replaced; `.io`.
    init(_ path: FilePath, replacing: Bool) throws {
        self.path = path
        temporary = path.removingLastComponent().appending(".\(path.lastComponent?.string ?? "").tmp")
        if !replacing, FileManager.default.fileExists(atPath: path.string) {
            throw WeightsError(
                .exists, "\(path) is there already; give another --output, or --force to replace it")
        }
        descriptor = try WeightsError.naming("making", temporary) { [temporary] in
            try .open(
                temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        }
    }

    /// What is not finished leaves nothing behind.
    deinit {
        guard isOpen else { return }
        try? descriptor.close()
        unlink(temporary.string)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        _ = try WeightsError.naming("writing", path) { try descriptor.writeAll(bytes) }
        count += bytes.count
    }

    func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    /// Call it once, last.
    func finish() throws {
        try WeightsError.naming("writing", path) {
            try descriptor.sync()
            try temporary.rename(to: path)
            isOpen = false
            try descriptor.close()
            try path.removingLastComponent().syncFolder()
        }
    }
}

extension [UInt8] {
    /// Appends a number's bytes, the lowest first.
    mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { self += $0 }
    }
}
