// The supervisor with workers that are shell scripts: what becomes of a job's file, status and count of attempts.

import Daemon
import Files
import Foundation
import Jobs
import Logging
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct SupervisorTests {
    let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    static let checkpoint = "mkdir -p \"$3/checkpoints/step-00000010\""
    /// Until there is a file `go` (or the whole folder is gone).
    static let hold = "while [ -d \"$2\" ] && [ ! -e \"$2/go\" ]; do sleep 0.02; done"
    /// Does this on the first attempt only.
    static func first(_ commands: String) -> String {
        "if [ ! -e \"$3/again\" ]; then touch \"$3/again\"; \(commands); fi"
    }

    @Test func copiedAndMovedJobsAreDone() throws {
        let served = try ServedFolder(temporary, script: "cat \"$1\" > \"$3/seen\"")
        try served.copy("a.yml", "dataset: /copied")
        try served.move("b.json", "{\"dataset\": \"/moved\"}")
        try eventually("both are done") { served.has("a.yml", .done) && served.has("b.json", .done) }
        #expect(served.text(served.root.run("a").path.appending("seen")) == "dataset: /copied")
        try eventually("the status says so") {
            RunStatus.load(served.root.run("b").status)?.state == .done
        }
        #expect(RunStatus.load(served.root.run("b").status)?.attempt == 1)
        try served.end()
    }

    @Test func aSlowWriterIsWaitedFor() throws {
        let served = try ServedFolder(temporary, script: "cp \"$1\" \"$3/seen\"")
        let file = try FileDescriptor.open(
            served.folder.path("slow.yml", in: .queued), .writeOnly, options: [.create, .closeOnExec],
            permissions: .ownerReadWrite)
        try file.writeAll("dataset: /d\nepochs: 9\n#".utf8)
        // Another job goes through meanwhile, so the folder was looked at.
        try served.move("b.yml")
        try eventually("b is done") {
            // It goes on writing: a file at rest for two seconds counts as whole.
            try file.writeAll(".".utf8)
            return served.has("b.yml", .done)
        }
        #expect(served.has("slow.yml", .queued))
        try file.writeAll("\nseed: 7\n".utf8)
        try file.close()
        try eventually("it is done") { served.has("slow.yml", .done) }
        #expect(served.text(served.root.run("slow").path.appending("seen")).hasSuffix("\nseed: 7\n"))
        try served.end()
    }

    @Test func whatLayThereBeforeIsFoundByScans() throws {
        let folder = JobFolder(RootFolder(temporary.path))
        try folder.createTree()
        try folder.path("a.yml", in: .queued).replaceContents(with: Array("dataset: /d".utf8), durable: false)
        let served = try ServedFolder(temporary, script: "exit 0")
        try eventually("it is done") { served.has("a.yml", .done) }
        try served.end()
    }

    @Test func theWorkersWordsSayWhyItFailed() throws {
        let status = #"{"state": "failed", "attempt": 1, "message": "no images in /d", "updated": "NOW"}"#
        let script =
            "echo '\(status)' | sed s/NOW/$(date -u +%Y-%m-%dT%H:%M:%SZ)/ > \"$3/status.json\"; exit 65"
        let served = try ServedFolder(temporary, script: script)
        try served.move("a.yml")
        try eventually("it has failed") { served.has("a.yml", .failed) }
        let text = served.text(served.folder.errorText(stem: "a"))
        #expect(text.hasPrefix("no images in /d\n"))
        #expect(text.contains("runs/a/train.log"))
        try served.end()
    }

    @Test(arguments: [65, 78]) func aSilentFailureIsExplained(_ code: Int) throws {
        let served = try ServedFolder(temporary, script: "exit \(code)")
        try served.move("a.yml")
        try eventually("it has failed") { served.has("a.yml", .failed) }
        #expect(served.text(served.folder.errorText(stem: "a")).hasPrefix("exit code \(code): "))
        try eventually("the status says so") {
            RunStatus.load(served.root.run("a").status)?.state == .failed
        }
        try served.end()
    }

    @Test func aKilledWorkerIsStartedAgain() throws {
        let served = try ServedFolder(temporary, script: Self.first("kill -9 $$"))
        try served.move("a.yml")
        try eventually("the status says that it waits") {
            let status = RunStatus.load(served.root.run("a").status)
            return status?.state == .waiting && status?.message?.contains("signal 9") == true
        }
        try eventually("it is done") { served.has("a.yml", .done) }
        #expect(served.attempts("a")?.attempts == 2)
        #expect(served.attempts("a")?.withoutProgress == 1)
        try served.end()
    }

    @Test func aCheckpointedWorkerIsStartedAgain() throws {
        let served = try ServedFolder(temporary, script: Self.first("\(Self.checkpoint); exit 75"))
        try served.move("a.yml")
        try eventually("it is done") { served.has("a.yml", .done) }
        #expect(served.attempts("a")?.attempts == 2)
        #expect(served.attempts("a")?.withoutProgress == 0)
        #expect(served.attempts("a")?.step == 10)
        try served.end()
    }

    @Test func aStopIsPassedOnAndTheJobGoesOnLater() throws {
        let script = Self.first(
            "trap '\(Self.checkpoint); exit 75' TERM; while [ -d \"$2\" ]; do sleep 0.02; done")
        let served = try ServedFolder(temporary, script: script)
        try served.move("a.yml")
        try eventually("it runs") {
            FileManager.default.fileExists(atPath: served.root.run("a").path.appending("again").string)
        }
        // The trap is set right after the file is made; a signal before it would only end the worker sooner.
        served.askToStop()
        try served.end()
        #expect(served.has("a.yml", .running))
        #expect(served.attempts("a")?.withoutProgress == 0)
        #expect(RunStatus.load(served.root.run("a").status)?.state == .stopped)

        let next = try ServedFolder(temporary, script: script)
        try eventually("it is done") { next.has("a.yml", .done) }
        #expect(next.attempts("a")?.attempts == 2)
        try next.end()
    }

    @Test func oneBadFileBlocksNoOther() throws {
        let served = try ServedFolder(temporary, script: Self.hold)
        try served.move("a.yml")
        try eventually("it runs") { served.has("a.yml", .running) }
        symlink("/etc/passwd", served.root.path.appending("link").string)
        #expect(
            rename(
                served.root.path.appending("link").string, served.folder.path("link.yml", in: .queued).string)
                == 0)
        try served.copy("bad.yml", "dataset: /d\nepoch: 3")
        try served.copy("bad name.yml")
        try served.copy("a.json", "{\"dataset\": \"/d\"}")
        try served.copy("b.yml")
        try served.copy("b.yaml")
        let refused = ["link.yml", "bad.yml", "bad name.yml", "a.json", "b.yaml"]
        try eventually("they are refused") { refused.allSatisfy { served.has($0, .failed) } }
        #expect(served.has("a.yml", .running))
        #expect(served.text(served.folder.errorText(stem: "bad")).hasPrefix("bad.yml:2: epoch: "))
        #expect(served.text(served.folder.errorText(stem: "link")).contains("symbolic link"))
        #expect(served.text(served.folder.errorText(stem: "a")).contains("a.yml"))
        #expect(served.text(served.folder.errorText(stem: "b")).contains("b.yml"))
        try served.root.path.appending("go").replaceContents(with: [], durable: false)
        try eventually("the good ones are done") {
            served.has("a.yml", .done) && served.has("b.yml", .done)
        }
        try served.end()
    }

    @Test func aNameDroppedWhileItRunsWaits() throws {
        let served = try ServedFolder(
            temporary, script: "cat \"$1\" >> \"$3/seen\"; \(Self.hold)")
        try served.move("a.yml", "dataset: /one\n")
        try eventually("it runs") { served.text(served.root.run("a").path.appending("seen")) != "" }
        try served.move("a.yml", "dataset: /two\n")
        try served.move("marker.yml", "no job")
        try eventually("both have been seen") { served.has("marker.yml", .failed) }
        #expect(served.has("a.yml", .running) && served.has("a.yml", .queued))
        try served.root.path.appending("go").replaceContents(with: [], durable: false)
        try eventually("both have run") {
            served.text(served.root.run("a").path.appending("seen")) == "dataset: /one\ndataset: /two\n"
                && served.has("a.yml", .done) && !served.has("a.yml", .running)
                && !served.has("a.yml", .queued)
        }
        try served.end()
    }

    @Test func byPriority() throws {
        let served = try ServedFolder(
            temporary,
            script: "basename \"$1\" >> \"$2/order\"; \(Self.hold)")
        try served.move("first.yml", "dataset: /d\npriority: 1")
        try eventually("it runs") { served.has("first.yml", .running) }
        try served.move("low.yml", "dataset: /d\npriority: -1")
        try served.move("high.yml", "dataset: /d\npriority: 1")
        try served.move("marker.yml", "no job")
        try eventually("all have been seen") { served.has("marker.yml", .failed) }
        try served.root.path.appending("go").replaceContents(with: [], durable: false)
        try eventually("all are done") {
            served.has("first.yml", .done) && served.has("low.yml", .done) && served.has("high.yml", .done)
        }
        #expect(served.text(served.root.path.appending("order")) == "first.yml\nhigh.yml\nlow.yml\n")
        try served.end()
    }

    @Test func theFoldersComeBack() throws {
        let served = try ServedFolder(temporary, script: "exit 0")
        try served.move("a.yml")
        try eventually("it is done") { served.has("a.yml", .done) }
        // Out of the way first: the daemon makes them anew while the old ones are being removed.
        let old = served.root.path.appending("old")
        #expect(rename(served.root.jobs.string, old.string) == 0)
        try FileManager.default.removeItem(atPath: old.string)
        try eventually("the folders are back") {
            FileManager.default.fileExists(atPath: served.root.running.string)
                && FileManager.default.fileExists(atPath: served.root.failed.string)
        }
        try served.move("b.yml")
        try eventually("it is done") { served.has("b.yml", .done) }
        try served.end()
    }

    @Test func aProgramThatIsMissingIsTriedAgain() throws {
        let served = try ServedFolder(temporary, executable: "/nowhere/alexnetd", script: "")
        try served.move("a.yml")
        try eventually("it waits") {
            RunStatus.load(served.root.run("a").status)?.message?.contains("/nowhere/alexnetd") == true
        }
        try served.end()
        #expect(served.has("a.yml", .running))
    }

    @Test func badFilesInRunningFailAtStart() throws {
        let folder = JobFolder(RootFolder(temporary.path))
        try folder.createTree()
        for (name, text) in [("bad.yml", "epochs: 3"), ("good.yml", "dataset: /d")] {
            try folder.path(name, in: .running).replaceContents(with: Array(text.utf8), durable: false)
        }
        let served = try ServedFolder(temporary, script: "exit 0")
        try eventually("each goes its way") {
            served.has("bad.yml", .failed) && served.has("good.yml", .done)
        }
        try served.end()
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock"), "needs flock(1)"))
    func aRootThatIsServedIsLeftAlone() throws {
        let root = RootFolder(temporary.path)
        let other = try Worker(
            executable: "/usr/bin/flock", arguments: [root.lock.string, "/bin/cat", "/dev/fd/3"],
            environment: [:])
        try eventually("the other has the lock") { FileLock.isHeld(root.lock) }
        let error = #expect(throws: SpoolError.self) {
            try Supervisor(
                root, command: WorkerCommand(executable: "/bin/sh", environment: [:]) { _, _ in [] },
                settings: Settings(), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                version: "0",
                readSettings: { Settings() })
        }
        #expect(error?.code == .locked)
        withExtendedLifetime(other) {}
    }
}
