// ROOT/hooks/STATE, an executable, is run when a job has come to that state: with the run's status on stdin, in ROOT, in
// a process group of its own, for so long at most.
//
// 1. `run` never waits: one hook after the other, in order, on a thread that is there while there are any.
// 2. A hook is over when its process is, though a child of it may keep its output open.
// 3. It has no more of the daemon's environment than PATH and what begins with ALEXNETD_.

internal import Dispatch
package import Foundation
internal import Glibc
package import Jobs
package import Logging
internal import Synchronization
internal import SystemPackage

package final class Hooks: Sendable {
    /// The names that a file there may have.
    package enum State: String, Sendable, CaseIterable {
        case started, done, failed, cancelled, paused, waiting
    }

    private struct Call: Sendable {
        let state: State
        let job: JobName
        let status: [UInt8]
    }

    private struct Queue: Sendable {
        var calls: [Call] = []
        var hasThread = false
        var isClosed = false
        var timeout: Double
    }

    /// Beyond these, calls are dropped: hooks that take their whole time come to an hour and more.
    private static let longestQueue = 1000
    /// What a pipe holds (pipe(7)), so that it is written before anyone reads.
    private static let longestStatus = 65536
    /// Seconds for whoever has the hook open for writing, an editor or another thread's child about to begin.
    private static let writingTime = 2.0
    /// Seconds for a killed process to go.
    private static let grace = 5.0

    private let folder: FilePath
    private let root: RootFolder
    private let log: Logger
    private let environment: [String: String]
    private let queue: Mutex<Queue>
    /// Entered once for each call that is not over.
    private let calls = DispatchGroup()
    /// Readable once what runs is to be killed.
    private let hurry: Pipe

    /// - Parameters:
    ///   - timeout: seconds for each hook.
    ///   - environment: of which the hooks have a part.
    /// - Throws: `system` without a pipe.
    package init(
        _ root: RootFolder, log: Logger, timeout: Double,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(DaemonError) {
        (self.root, folder, self.log) = (root, root.hooks, log)
        self.environment = environment.filter { $0.key == "PATH" || $0.key.hasPrefix("ALEXNETD_") }
        queue = Mutex(Queue(timeout: timeout))
        hurry = try Pipe()
    }

    deinit {
        try? hurry.readEnd.close()
        try? hurry.writeEnd.close()
    }

    /// Seconds for each hook that starts from now on.
    package var timeout: Double {
        get { queue.withLock { $0.timeout } }
        set { queue.withLock { $0.timeout = newValue } }
    }

    /// Has the state's hook run, if there is one, once those before it are over.
    /// - Parameter status: the run's status.json; nil where there is none.
    package func run(_ state: State, job: JobName, status: Data?) {
        var bytes = status.map(Array.init) ?? []
        if bytes.isEmpty || bytes.count > Self.longestStatus {
            // A name needs no escapes.
            bytes = Array("{\"job\": \"\(job.stem)\", \"state\": \"\(state.rawValue)\"}\n".utf8)
        }
        let call = Call(state: state, job: job, status: bytes)
        let (isTaken, needsThread) = queue.withLock { queue in
            guard !queue.isClosed, queue.calls.count < Self.longestQueue else { return (false, false) }
            queue.calls.append(call)
            calls.enter()
            defer { queue.hasThread = true }
            return (true, !queue.hasThread)
        }
        if !isTaken { say(.warning, call, "is not run: too many wait, or the daemon stops") }
        guard needsThread else { return }
        let thread = Thread { [self] in while let call = next() { carryOut(call) } }
        thread.name = "hooks"
        thread.start()
    }

    /// Waits for every hook that was asked for; what is not over in time is killed or not begun. None runs after this.
    /// - Parameter meanwhile: called about once a second.
    package func drain(within seconds: Double, meanwhile: () -> Void = {}) {
        queue.withLock { $0.isClosed = true }
        let deadline = Self.now + seconds
        while calls.wait(timeout: .now() + max(0, min(1, deadline - Self.now))) == .timedOut {
            guard Self.now < deadline else {
                let dropped = queue.withLock { queue in
                    defer { queue.calls = [] }
                    return queue.calls
                }
                for call in dropped {
                    say(.warning, call, "is not run: the daemon stops")
                    calls.leave()
                }
                _ = try? hurry.writeEnd.writeAll([1])
                _ = calls.wait(timeout: .now() + Self.grace)
                return
            }
            meanwhile()
        }
    }

    // MARK: The thread

    private static var now: Double { ProcessInfo.processInfo.systemUptime }

    /// Nil when the thread is to end.
    private func next() -> Call? {
        queue.withLock { queue in
            queue.hasThread = !queue.calls.isEmpty
            return queue.calls.isEmpty ? nil : queue.calls.removeFirst()
        }
    }

    private func carryOut(_ call: Call) {
        defer { calls.leave() }
        let path = folder.appending(call.state.rawValue)
        switch HookFile(path) {
        case .absent: return
        case .refused(let reason): return say(.warning, call, "is not run: \(reason)")
        case .runnable: break
        }
        do {
            let output = try Pipe()
            defer { try? output.readEnd.close() }
            let child = try start(path, call, output)
            follow(child, call, output.readEnd)
        } catch {
            let isScript = error.cause as? Errno == .execFormatError
            say(.warning, call, "\(error)\(isScript ? "; begin it with a line #!/bin/sh" : "")")
        }
    }

    private func start(_ path: FilePath, _ call: Call, _ output: Pipe) throws(DaemonError) -> Child {
        // Only the hook and its children have it then.
        defer { try? output.writeEnd.close() }
        _ = fcntl(output.readEnd.rawValue, F_SETFL, O_NONBLOCK)
        let input = try Pipe()
        defer { for end in [input.readEnd, input.writeEnd] { try? end.close() } }
        // Our own read end is open still, so this can raise no SIGPIPE.
        _ = fcntl(input.writeEnd.rawValue, F_SETFL, O_NONBLOCK)
        do {
            try input.writeEnd.writeAll(call.status)
        } catch {
            throw DaemonError(.system, "its status cannot be passed on", cause: error)
        }
        let ours = [
            "ALEXNETD_JOB": call.job.stem, "ALEXNETD_STATE": call.state.rawValue,
            "ALEXNETD_ROOT": root.path.string, "ALEXNETD_RUN": root.run(call.job.stem).path.string,
        ]
        let deadline = Self.now + Self.writingTime
        while true {
            do {
                return try Child(
                    path, environment: environment.merging(ours) { $1 }, folder: root.path,
                    descriptors: [
                        STDIN_FILENO: input.readEnd, STDOUT_FILENO: output.writeEnd,
                        STDERR_FILENO: output.writeEnd,
                    ])
            } catch  where error.cause as? Errno == .textFileBusy && Self.now < deadline {
                Thread.sleep(forTimeInterval: 0.02)
            }
        }
    }

    /// Follows it to its end.
    private func follow(_ child: Child, _ call: Call, _ output: FileDescriptor) {
        let begin = Self.now
        let limit = timeout
        var deadline = begin + limit
        var killed: String?
        var lines = HookOutput()
        var polled = [child.ended, output, hurry.readEnd].map {
            pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0)
        }
        while polled[0].revents == 0 {
            let left = Int32(max(0, min((deadline - Self.now) * 1000 + 1, 60_000)))
            if poll(&polled, nfds_t(polled.count), left) < 0 {
                for index in polled.indices { polled[index].revents = 0 }
            }
            if polled[1].revents != 0, !read(output, &lines, call) { polled[1].fd = -1 }
            guard polled[0].revents == 0, Self.now >= deadline || polled[2].revents != 0 else { continue }
            if killed != nil {
                return say(
                    .error, call, "was killed and does not go; it is left behind as process \(child.pid)")
            }
            killed =
                polled[2].revents != 0 ? "the daemon stops" : "its \(JobValue.text(seconds: limit)) are over"
            child.killGroup()
            (deadline, polled[2].fd, polled[2].revents) = (Self.now + Self.grace, -1, 0)
        }
        // What it had written is in the pipe; a child of it may write on and on.
        for _ in 0..<16 where polled[1].fd >= 0 && read(output, &lines, call) {}
        for line in lines.end() { say(.info, call, line) }
        guard let outcome = child.reap() else { return }
        if let killed { return say(.warning, call, "killed: \(killed)") }
        guard case .exited(let code) = outcome else { return say(.warning, call, outcome.text) }
        let time = String(format: "%.1f", Self.now - begin)
        say(code == 0 ? .info : .warning, call, "exit code \(code) after \(time) s")
    }

    /// - Returns: false when there is nothing more.
    private func read(_ output: FileDescriptor, _ lines: inout HookOutput, _ call: Call) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65536)
        guard let count = try? chunk.withUnsafeMutableBytes({ try output.read(into: $0) }), count > 0 else {
            return false
        }
        for line in lines.take(chunk[..<count]) { say(.info, call, line) }
        return true
    }

    private func say(_ level: Logger.Level, _ call: Call, _ text: String) {
        log.log(
            level: level, "hook \(call.state.rawValue): \(text)", metadata: ["job": "\(call.job.stem)"])
    }
}
