import Daemon
import Foundation
import Glibc
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct WorkerTests {
    let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    func worker(_ script: String) throws -> Worker {
        try Worker(executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
    }

    @Test(arguments: [
        ("exit 0", WorkerOutcome.exited(0)), ("exit 70", .exited(70)), ("kill -9 $$", .killed(9)),
    ])
    func tellsHowItEnded(_ script: String, _ outcome: WorkerOutcome) throws {
        let worker = try worker(script)
        var seen: WorkerOutcome?
        try eventually("it is over") {
            seen = worker.reap()
            return seen != nil
        }
        #expect(seen == outcome)
    }

    @Test func itsEndCanBePolled() throws {
        let worker = try worker("exit 3")
        var descriptor = pollfd(fd: worker.ended.rawValue, events: Int16(POLLIN), revents: 0)
        #expect(poll(&descriptor, 1, 20_000) == 1)
        #expect(worker.reap() == .exited(3), "it can be reaped as soon as it is told")
    }

    @Test func termReachesIt() throws {
        // Blocked or ignored here or not, the worker begins afresh.
        let worker = try worker("echo $$ > \(temporary.path)/up; exec sleep 60")
        try eventually("it is up") {
            FileManager.default.fileExists(atPath: temporary.path.appending("up").string)
        }
        worker.send(SIGTERM)
        var outcome: WorkerOutcome?
        try eventually("it is over") {
            outcome = worker.reap()
            return outcome != nil
        }
        #expect(outcome == .killed(15))
    }

    /// Without the daemon the lifeline is at end of file, though other workers were started since.
    @Test func theLifelineEndsWithTheDaemonAlone() throws {
        let mark = temporary.path.appending("gone").string
        var first: Worker? = try worker("cat <&3; touch \(mark)")
        let second = try worker("cat <&3")
        #expect(first?.reap() == nil)
        #expect(!FileManager.default.fileExists(atPath: mark))
        first = nil
        try eventually("it has seen the end") { FileManager.default.fileExists(atPath: mark) }
        #expect(second.reap() == nil, "the other lives on")
        second.send(SIGTERM)
    }

    @Test func oneThatIsDroppedLeavesNoZombie() throws {
        let mark = temporary.path.appending("pid")
        var worker: Worker? = try worker("echo $$ > \(mark); cat <&3")
        var pid: Int32?
        try eventually("it is up") {
            pid = (try? String(contentsOfFile: mark.string, encoding: .utf8))
                .flatMap { Int32($0.trimmingCharacters(in: .newlines)) }
            return pid != nil
        }
        #expect(worker?.reap() == nil)
        worker = nil
        let gone = try #require(pid)
        try eventually("it is reaped") { kill(gone, 0) != 0 && errno == ESRCH }
    }

    @Test func aMissingProgramIsNamed() {
        let error = #expect(throws: DaemonError.self) {
            try Worker(executable: "/nowhere/x", arguments: [], environment: [:])
        }
        #expect(error?.code == .spawn)
        #expect(error?.message.contains("/nowhere/x") == true)
    }

    @Test func thisProgramIsItself() {
        let command = WorkerCommand.thisProgram(environment: ["OPENBLAS_CORETYPE": "SKYLAKEX"])
        #expect(FileManager.default.isExecutableFile(atPath: command.executable.string))
        #expect(command.environment["OPENBLAS_NUM_THREADS"] == "1")
        #expect(command.environment["OPENBLAS_CORETYPE"] == "SKYLAKEX")
        #expect(
            command.arguments("/r/jobs/running/a.yml", .init("/r"))
                == ["train", "/r/jobs/running/a.yml", "--root", "/r", "--lifeline", "3"])
    }
}
