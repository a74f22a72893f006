// A read that fails may be a network mount's hiccup: it is tried again, and then it is an error, never a skipped sample.

internal import Glibc
internal import SystemPackage

enum ReadPatience {
    /// Seconds before each further try.
    private static let pauses = [0.05, 0.2, 0.5]

    /// - Throws: `DatasetsError` of code `unreadable`.
    static func reading<Bytes>(_ path: FilePath, _ read: () throws -> Bytes) throws -> Bytes {
        for pause in pauses {
            if let bytes = try? read() { return bytes }
            usleep(UInt32(pause * 1e6))
        }
        do {
            return try read()
        } catch {
            throw DatasetsError(
                .unreadable,
                "cannot read \(path) (tried \(pauses.count + 1) times); check the disk, the mount, and that the "
                    + "file is still there and readable", cause: error)
        }
    }
}
