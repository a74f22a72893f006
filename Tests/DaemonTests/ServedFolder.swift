// A supervisor at work on a folder of its own, its workers shell scripts.

import Daemon
import Files
import Foundation
import Jobs
import Logging
import Spool
import Synchronization
import SystemPackage
import Systemd
import TemporaryFolders
import Testing

final class ServedFolder: Sendable {
    let root: RootFolder
    let folder: JobFolder
    private let requests: Requests
    private let ended = Mutex<Result<Void, any Error>?>(nil)

    /// - Parameters:
    ///   - doctor: for sh: prints what GPUs there are.
    ///   - script: for sh, with $1 the job's file, $2 the root, $3 the run's folder.
    init(
        _ temporary: TemporaryFolder, executable: FilePath = "/bin/sh", settings: Settings = Settings(),
        doctor: String? = nil, script: String
    ) throws {
        let root = RootFolder(temporary.path)
        self.root = root
        folder = JobFolder(root)
        requests = try Requests()
        var command = WorkerCommand(executable: executable, environment: ["PATH": "/usr/bin:/bin"]) {
            job, root in
            ["-c", script, "sh", job.string, root.path.string, root.run(job.stem ?? "").path.string]
        }
        command.doctor = doctor.map { ["-c", $0] }
        let reading = command
        try folder.createTree()
        Thread.detachNewThread { [self] in
            let result = Result {
                let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                try Supervisor(
                    root, command: reading, settings: settings, log: log, version: "0",
                    notify: Notify(environment: [:]),
                    readSettings: { settings }
                ).run(requests)
            }
            ended.withLock { $0 = result }
        }
    }

    /// As `cp` does it.
    func copy(_ name: String, _ text: String = "dataset: /d") throws {
        let path = folder.path(name, in: .queued)
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }

    /// As `mv` does it.
    func move(_ name: String, _ text: String = "dataset: /d") throws {
        let path = root.path.appending(name)
        try path.replaceContents(with: Array(text.utf8), durable: false)
        #expect(rename(path.string, folder.path(name, in: .queued).string) == 0)
    }

    func has(_ name: String, _ place: JobFolder.Place) -> Bool { folder.identity(name, in: place) != nil }

    func text(_ path: FilePath) -> String {
        String(decoding: (try? path.contentsIfPresent()).flatMap { $0 } ?? Data(), as: UTF8.self)
    }

    func attempts(_ stem: String) -> AttemptRecord? { AttemptRecord.load(root.run(stem).attempts) }

    func reload() { requests.send(.reload) }

    func askToStop() { requests.send(.stop) }

    /// Stops it and waits for its end.
    func end() throws {
        requests.send(.stop)
        try eventually("the supervisor ends") { ended.withLock { $0 != nil } }
        try ended.withLock { try $0?.get() }
    }
}

/// Waits for a fact. On the test's own thread: tests that compute keep the cooperative pool busy for seconds, and a task
/// that sleeps there would wake long after the fact has passed.
func eventually(
    _ fact: String, within seconds: Double = 30, location: SourceLocation = #_sourceLocation,
    _ isTrue: () throws -> Bool
) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while try !isTrue() {
        guard Date() < deadline else {
            Issue.record("not within \(seconds) s: \(fact)", sourceLocation: location)
            throw CancellationError()
        }
        Thread.sleep(forTimeInterval: 0.01)
    }
}
