// A folder for one test: made with its owner, gone with it.

import Foundation
package import SystemPackage

package final class TemporaryFolder {
    package let path: FilePath

    package init() throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending(
            "alexnetd-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    /// Writes a file, and the folders it lies in.
    @discardableResult
    package func write(_ bytes: some Sequence<UInt8>, to name: String = "file") throws -> FilePath {
        let file = path.appending(name)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
        return file
    }

    /// What lies in `folder`, sorted.
    package func names(_ folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path.appending(folder).string).sorted()
    }
}
