// A folder that goes away with its owner, and image sets in it.

import Datasets
import Foundation
import Images
import SystemPackage

final class TemporaryFolder {
    let path: FilePath

    init() throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending(
            "alexnetd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    func write(_ name: String, _ bytes: [UInt8] = [1, 2, 3]) throws {
        let file = path.appending(name)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: file.string))
    }

    func folder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path.appending(name).string, withIntermediateDirectories: true)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path.appending(name).string)
    }

    /// Two classes of small pictures.
    func images(train: Int, validation: Int) throws {
        for (label, name) in ["cat", "dog"].enumerated() {
            for (split, count) in [("train", train), ("val", validation)] {
                for index in 0..<count {
                    try write("\(split)/\(name)/\(1000 + index).jpg", try Self.jpeg(label * 1000 + index))
                }
            }
        }
    }

    static func jpeg(_ seed: Int) throws -> [UInt8] {
        let pixels = (0..<20 * 24 * 3).map { UInt8(truncatingIfNeeded: $0 * (seed % 7 + 1) / 9 + seed * 37) }
        return try JPEGEncoder().encode(Image(width: 24, height: 20, pixels: pixels))
    }
}
