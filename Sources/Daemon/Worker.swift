// One worker process: started with a lifeline, waited for, reaped.
//
// 1. The write end of the lifeline is this process's alone (closed on exec, made so atomically). When the daemon ends,
//    however it ends, the worker reads end of file and ends too.
// 2. The process is reaped by whoever calls `reap`, never before: until then its id cannot be another's, so
//    `send` cannot hit a stranger.

internal import Foundation
internal import Glibc
package import SystemPackage

package final class Worker {
    package let pid: Int32
    /// Reads end of file once the process has ended.
    package let ended: FileDescriptor
    private let lifeline: FileDescriptor

    /// Starts a process in a group of its own (a Ctrl-C in the daemon's terminal reaches the daemon, and the worker
    /// through it), with no input, and this process's output.
    /// - Throws: `spawn`, or `system` without pipes.
    package init(executable: FilePath, arguments: [String], environment: [String: String]) throws(DaemonError)
    {
        let lifeline = try Pipe()
        defer { try? lifeline.readEnd.close() }
        let ended: Pipe
        do {
            ended = try Pipe()
        } catch {
            try? lifeline.writeEnd.close()
            throw error
        }
        let (pid, failure) = Self.spawn(executable, arguments, environment, lifeline: lifeline.readEnd)
        guard failure == 0 else {
            for end in [lifeline.writeEnd, ended.readEnd, ended.writeEnd] { try? end.close() }
            throw DaemonError(.spawn, "\(executable) cannot be run", cause: Errno(rawValue: failure))
        }
        (self.pid, self.lifeline, self.ended) = (pid, lifeline.writeEnd, ended.readEnd)
        // waitid(2) blocks, so it has a thread; WNOWAIT leaves the process to `reap`.
        let waiter = Thread {
            var facts = siginfo_t()
            while waitid(P_PID, id_t(pid), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            try? ended.writeEnd.close()
        }
        waiter.name = "worker \(pid)"
        waiter.start()
    }

    deinit {
        try? lifeline.close()
        try? ended.close()
    }

    /// SIGTERM asks it to stop.
    package func send(_ signal: Int32) { kill(pid, signal) }

    /// How it ended; nil while it runs.
    package func reap() -> WorkerOutcome? {
        var status: Int32 = 0
        var result = waitpid(pid, &status, WNOHANG)
        while result < 0, errno == EINTR { result = waitpid(pid, &status, WNOHANG) }
        if result == 0 { return nil }
        guard result == pid else { return .couldNotStart("its end was not seen (\(Errno(rawValue: errno)))") }
        return WorkerOutcome(waitStatus: status)
    }

    /// - Returns: the process id, and 0 or an errno.
    private static func spawn(
        _ executable: FilePath, _ arguments: [String], _ environment: [String: String],
        lifeline: FileDescriptor
    ) -> (Int32, Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, lifeline.rawValue, WorkerCommand.lifeline)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whatever this process blocks or ignores, the worker begins afresh.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        var argv = ([executable.string] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: Int32 = 0
        let failure = posix_spawn(&pid, executable.string, &actions, &attributes, &argv, &envp)
        return (pid, failure)
    }
}
