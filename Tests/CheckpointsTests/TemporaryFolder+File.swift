// Files of a test, by name.

import Foundation
import SystemPackage
import TemporaryFolders

extension TemporaryFolder {
    func file(_ name: String) -> FilePath { path.appending(name) }
}

func bytes(of path: FilePath) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: path.string)))
}

func write(_ bytes: [UInt8], to path: FilePath) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path.string))
}
