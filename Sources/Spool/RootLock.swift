// One daemon per root: ROOT/.lock, held by `serve` while it runs. The lock also tells whether ROOT is still the folder that
// was locked: after an unmount or a replacement another folder, or none, has the name.

internal import Glibc
package import Jobs

package struct RootLock: Sendable {
    package enum State: Hashable, Sendable {
        case held
        /// ROOT is another folder than the one that was locked, or is gone.
        case elsewhere
        /// Somebody removed or replaced the file .lock in the folder that was locked.
        case lost
    }

    private let root: RootFolder
    private var lock: FileLock
    private var file: FileIdentity?
    private let folder: FolderIdentity?

    /// - Throws: `locked`, saying by whom; `folder` if the lock cannot be made.
    package init(_ root: RootFolder) throws(SpoolError) {
        self.root = root
        lock = try Self.take(root)
        (file, folder) = (FileIdentity(root.lock), FolderIdentity(root.path))
    }

    package var state: State {
        guard FolderIdentity(root.path) == folder else { return .elsewhere }
        if FileIdentity(root.lock)?.inode == file?.inode { return .held }
        // The folder may have gone between these two looks at it.
        return FolderIdentity(root.path) == folder ? .lost : .elsewhere
    }

    /// Locks the file that now bears the name.
    /// - Throws: as `init`.
    package mutating func retake() throws(SpoolError) {
        lock = try Self.take(root)
        file = FileIdentity(root.lock)
    }

    private static func take(_ root: RootFolder) throws(SpoolError) -> FileLock {
        do {
            return try FileLock(root.lock)
        } catch {
            guard error.code == .locked else {
                throw SpoolError(.folder, "\(root.path) cannot be locked", cause: error)
            }
            let holder = FileLock.holder(of: root.lock).map { "process \($0)" } ?? "another process"
            throw SpoolError(
                .locked,
                "\(root.path) is served by \(holder) already (it holds \(root.lock)); end that one or use another "
                    + "--root")
        }
    }
}
