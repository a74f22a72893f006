// pipe(2), both ends closed on exec.

internal import CLinux
internal import Glibc
internal import SystemPackage

struct Pipe: Sendable {
    let readEnd: FileDescriptor
    let writeEnd: FileDescriptor

    /// - Throws: `system`.
    init() throws(DaemonError) {
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else {
            throw DaemonError(
                .system, "no pipe can be made; raise the limit of open files", cause: Errno(rawValue: errno))
        }
        (readEnd, writeEnd) = (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }
}
