// A folder that goes away with its owner, and image sets in it.

import Datasets
import Foundation
import Images
import SystemPackage
import TemporaryFolders

extension TemporaryFolder {
    func write(_ name: String, _ bytes: [UInt8] = [1, 2, 3]) throws { try write(bytes, to: name) }

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
