// The file that weights are written into: never over one that is there unless that was asked for.

internal import Files
internal import Foundation
internal import SystemPackage

final class OutputFile {
    private let path: FilePath
    private let file: NewFile
    /// Bytes so far.
    private(set) var count = 0

    /// - Throws: `.exists` where the path is taken and not to be replaced; `.io`.
    init(_ path: FilePath, replacing: Bool) throws {
        self.path = path
        if !replacing, FileManager.default.fileExists(atPath: path.string) {
            throw WeightsError(
                .exists, "\(path) is there already; give another --output, or --force to replace it")
        }
        file = try WeightsError.naming("making", path) { try NewFile(path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try WeightsError.naming("writing", path) { try file.write(bytes) }
        count += bytes.count
    }

    func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    /// Under its name when this returns. Call it once, last.
    func finish() throws { try WeightsError.naming("writing", path) { try file.finish(durable: true) } }
}

extension [UInt8] {
    /// Appends a number's bytes, the lowest first.
    mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { self += $0 }
    }
}
