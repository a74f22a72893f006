// Compiled kernels in a folder, one file each, named after all that they were made from. It only saves time: what cannot
// be read is compiled again, and what cannot be written will be.

internal import Files
internal import Glibc
internal import SystemPackage

struct BinaryCache {
    private let folder: FilePath

    /// - Parameter folder: made when the first file is kept.
    init(folder: FilePath) { self.folder = folder }

    private func file(_ key: String) -> FilePath { folder.appending("\(key).cubin") }

    func binary(_ key: String) -> [UInt8]? {
        guard let data = try? file(key).contentsIfPresent(), !data.isEmpty else { return nil }
        return Array(data)
    }

    func keep(_ binary: [UInt8], _ key: String) {
        try? folder.makeFolder()
        try? file(key).replaceContents(with: binary, writers: .several, durable: false)
    }

    func remove(_ key: String) { unlink(file(key).string) }
}
