// One daemon per root: ROOT/.lock, held by `serve` while it runs.

package import Jobs

package struct RootLock: Sendable {
    private let lock: FileLock

    /// - Throws: `locked`, saying by whom; `folder` if the lock cannot be made.
    package init(_ root: RootFolder) throws(SpoolError) {
        do {
            lock = try FileLock(root.lock)
        } catch {
            guard error.code == .locked else {
                throw SpoolError(.folder, "\(root.path) cannot be locked", cause: error)
            }
            let holder = FileLock.holder(of: root.lock).map { "process \($0)" } ?? "another process"
            throw SpoolError(
                .locked,
                "\(root.path) is served by \(holder) already (it holds \(root.lock)); end that one or use another --root"
            )
        }
    }
}
