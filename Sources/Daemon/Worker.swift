// One worker process: a child with a lifeline.
//
// The write end of the lifeline is this process's alone (closed on exec, made so atomically). When the daemon ends, however
// it ends, the worker reads end of file and ends too. Its group is its own: a Ctrl-C in the daemon's terminal reaches the
// daemon, and the worker through it.

internal import Glibc
package import SystemPackage

package final class Worker {
    private let child: Child
    private let lifeline: FileDescriptor

    package var pid: Int32 { child.pid }
    /// Reads end of file once the process has ended.
    package var ended: FileDescriptor { child.ended }

    /// Starts a process with no input, and this process's output and folder.
    /// - Throws: `spawn`, or `system` without pipes.
    package init(executable: FilePath, arguments: [String], environment: [String: String]) throws(DaemonError)
    {
        let lifeline = try Pipe()
        defer { try? lifeline.readEnd.close() }
        do {
            child = try Child(
                executable, arguments: arguments, environment: environment,
                descriptors: [WorkerCommand.lifeline: lifeline.readEnd])
        } catch {
            try? lifeline.writeEnd.close()
            throw error
        }
        self.lifeline = lifeline.writeEnd
    }

    deinit { try? lifeline.close() }

    /// SIGTERM asks it to stop.
    package func send(_ signal: Int32) { kill(pid, signal) }

    /// How it ended; nil while it runs.
    package func reap() -> WorkerOutcome? { child.reap() }
}
