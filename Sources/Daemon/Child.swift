// A child process in a group of its own.
//
// It is reaped by whoever calls `reap`, never before: until then its id, and so its group's, cannot be another's, and a
// signal cannot hit a stranger. One that is dropped before is reaped when it ends, so that none stays a zombie.

internal import CLinux
internal import Foundation
internal import Glibc
internal import SystemPackage

final class Child {
    let pid: Int32
    /// Reads end of file once the process has ended.
    let ended: FileDescriptor
    private var isReaped = false

    /// - Parameters:
    ///   - folder: where it works; nil for where this process does.
    ///   - descriptors: what it has, by the number there, beside this process's output; without one for 0 it has no input.
    ///     Everything of ours that is closed on exec it has not.
    /// - Throws: `spawn`, or `system` without a pipe.
    init(
        _ executable: FilePath, arguments: [String] = [], environment: [String: String],
        folder: FilePath? = nil, descriptors: [Int32: FileDescriptor]
    ) throws(DaemonError) {
        let ended = try Pipe()
        let (pid, failure) = Self.spawn(executable, arguments, environment, folder, descriptors)
        guard failure == 0 else {
            for end in [ended.readEnd, ended.writeEnd] { try? end.close() }
            throw DaemonError(.spawn, "\(executable) cannot be run", cause: Errno(rawValue: failure))
        }
        (self.pid, self.ended) = (pid, ended.readEnd)
        // waitid(2) blocks, so it has a thread; WNOWAIT leaves the process to `reap`.
        let waiter = Thread {
            var facts = siginfo_t()
            while waitid(P_PID, id_t(pid), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            try? ended.writeEnd.close()
        }
        waiter.name = "child \(pid)"
        waiter.start()
    }

    deinit {
        try? ended.close()
        guard !isReaped else { return }
        Thread.detachNewThread { [pid] in
            while waitpid(pid, nil, 0) < 0, errno == EINTR {}
        }
    }

    /// Ends the whole group at once; not after `reap`.
    func killGroup() { kill(-pid, SIGKILL) }

    /// How it ended; nil while it runs.
    func reap() -> WorkerOutcome? {
        var status: Int32 = 0
        var result = waitpid(pid, &status, WNOHANG)
        while result < 0, errno == EINTR { result = waitpid(pid, &status, WNOHANG) }
        guard result != 0 else { return nil }
        isReaped = true
        return result < 0 ? .lost("\(Errno(rawValue: errno))") : WorkerOutcome(waitStatus: status)
    }

    /// - Returns: the process id, and 0 or an errno.
    private static func spawn(
        _ executable: FilePath, _ arguments: [String], _ environment: [String: String], _ folder: FilePath?,
        _ descriptors: [Int32: FileDescriptor]
    ) -> (Int32, Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if descriptors[STDIN_FILENO] == nil {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        // In this order no number is overwritten before it was used: ours begin at 3.
        for (number, descriptor) in descriptors.sorted(by: { $0.key < $1.key }) {
            posix_spawn_file_actions_adddup2(&actions, descriptor.rawValue, number)
        }
        if let folder { clinux_spawn_in_folder(&actions, folder.string) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Whatever this process blocks or ignores, the child begins afresh.
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
