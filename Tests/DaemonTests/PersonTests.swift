// What a person does to the folders while the supervisor is at work: moves, deletes, edits, marks, replaces.

import Daemon
import Files
import Foundation
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct PersonTests {
    let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    /// Runs until asked to stop, then leaves a checkpoint; counts its attempts in `log`.
    static let patient =
        "echo \"begin $(basename \"$1\")\" >> \"$2/log\"; "
        + "trap '\(SupervisorTests.checkpoint); exit 75' TERM; "
        + "while [ -d \"$2\" ] && [ ! -e \"$2/go\" ]; do sleep 0.02; done"

    func served(_ settings: Settings = Settings(), script: String = Self.patient) throws -> ServedFolder {
        try ServedFolder(temporary, settings: settings, script: script)
    }

    func log(_ served: ServedFolder) -> [Substring] {
        served.text(served.root.path.appending("log")).split(separator: "\n")
    }

    func letGo(_ served: ServedFolder) throws {
        try served.root.path.appending("go").replaceContents(with: [], durable: false)
    }

    func state(_ served: ServedFolder, _ name: String) -> RunStatus.State? {
        RunStatus.load(served.root.run(name).status)?.state
    }

    func move(_ served: ServedFolder, _ name: String, _ from: JobFolder.Place, _ to: JobFolder.Place) {
        #expect(
            rename(served.folder.path(name, in: from).string, served.folder.path(name, in: to).string) == 0)
    }

    /// With job a at work.
    func working(_ settings: Settings = Settings()) throws -> ServedFolder {
        let served = try served(settings)
        try served.move("a.yml")
        try eventually("it runs") { log(served).count == 1 }
        return served
    }

    @Test func movedToCancelledItIsCancelledAndTheNextBegins() throws {
        let served = try working()
        try served.move("b.yml")
        move(served, "a.yml", .running, .cancelled)
        try eventually("the next runs") { log(served) == ["begin a.yml", "begin b.yml"] }
        #expect(state(served, "a") == .cancelled)
        #expect(served.has("a.yml", .cancelled) && !served.has("a.yml", .running))
        #expect(served.attempts("a")?.step == 10, "after a checkpoint")
        try served.end()
    }

    @Test func deletedItIsCancelledAndItsFileComesBackThere() throws {
        let served = try working()
        let began = Date()
        try FileManager.default.removeItem(atPath: served.folder.path("a.yml", in: .running).string)
        try eventually("it is in cancelled/") { served.has("a.yml", .cancelled) }
        #expect(
            Date().timeIntervalSince(began) >= RunningJobs.age, "an editor may have taken it for a moment")
        #expect(served.text(served.folder.path("a.yml", in: .cancelled)) == "dataset: /d")
        try eventually("the status says so") { state(served, "a") == .cancelled }
        try served.end()
    }

    @Test func anEditorsSaveIsNoDeletion() throws {
        let served = try working()
        let path = served.folder.path("a.yml", in: .running)
        #expect(rename(path.string, path.string + "~") == 0)
        Thread.sleep(forTimeInterval: 0.5)
        try path.replaceContents(with: Array("dataset: /d\npriority: 3".utf8), durable: false)
        try served.move("b.yml", "dataset: /d\npriority: 2")
        try served.move("marker.yml", "no job")
        try eventually("all has been seen") { served.has("marker.yml", .failed) }
        Thread.sleep(forTimeInterval: RunningJobs.age)
        #expect(log(served).count == 1, "it runs on, and its new priority is known")
        try letGo(served)
        try eventually("both are done") { served.has("a.yml", .done) && served.has("b.yml", .done) }
        #expect(served.text(served.folder.path("a.yml", in: .done)).contains("priority: 3"))
        try served.end()
    }

    @Test func movedBackToTheQueueItWaitsItsTurn() throws {
        let served = try working()
        try served.move("b.yml")
        try served.move("marker.yml", "no job")
        try eventually("b is queued") { served.has("marker.yml", .failed) }
        move(served, "a.yml", .running, .queued)
        try eventually("b runs") { log(served) == ["begin a.yml", "begin b.yml"] }
        try letGo(served)
        try eventually("a runs again") { log(served).count == 3 && served.has("a.yml", .done) }
        #expect(served.attempts("a")?.attempts == 2 && served.attempts("a")?.withoutProgress == 0)
        try served.end()
    }

    @Test func movedToPausedItStopsAndGoesOnFromTheQueue() throws {
        let served = try working()
        move(served, "a.yml", .running, .paused)
        try eventually("it has stopped") { state(served, "a") == .stopped }
        try letGo(served)
        move(served, "a.yml", .paused, .queued)
        try eventually("it is done") { served.has("a.yml", .done) }
        #expect(served.attempts("a")?.attempts == 2)
        try served.end()
    }

    @Test func movedIntoRunningItBegins() throws {
        let served = try served()
        try served.move("marker.yml", "no job")
        try eventually("the daemon is up") { served.has("marker.yml", .failed) }
        try served.folder.path("a.yml", in: .failed).replaceContents(
            with: Array("dataset: /d".utf8), durable: false)
        move(served, "a.yml", .failed, .running)
        try eventually("it runs") { log(served).count == 1 }
        try letGo(served)
        try eventually("it is done") { served.has("a.yml", .done) }
        try served.end()
    }

    @Test func aHigherPriorityGoesFirst() throws {
        let served = try working()
        try served.move("urgent.yml", "dataset: /d\npriority: 1")
        try eventually("it runs") { log(served) == ["begin a.yml", "begin urgent.yml"] }
        #expect(served.has("a.yml", .running) && served.has("urgent.yml", .running))
        #expect(state(served, "a") == .waiting)
        #expect(RunStatus.load(served.root.run("a").status)?.message?.contains("urgent") == true)
        try letGo(served)
        try eventually("both are done") { served.has("a.yml", .done) && served.has("urgent.yml", .done) }
        #expect(log(served) == ["begin a.yml", "begin urgent.yml", "begin a.yml"])
        try served.end()
    }

    @Test func theQueueIsPausedAndGoesOn() throws {
        let served = try working()
        try served.move("b.yml")
        let mark = QueueMark.paused.path(in: served.root)
        try mark.replaceContents(with: Array("lunch\n".utf8), durable: false)
        try eventually("it waits") { state(served, "a") == .waiting }
        try served.move("marker.yml", "no job")
        try eventually("files are still looked at") { served.has("marker.yml", .failed) }
        #expect(served.has("a.yml", .running) && served.has("b.yml", .queued))
        try letGo(served)
        try FileManager.default.removeItem(atPath: mark.string)
        try eventually("both are done") { served.has("a.yml", .done) && served.has("b.yml", .done) }
        try served.end()
    }

    @Test func theQueueDrains() throws {
        let served = try working()
        let mark = QueueMark.draining.path(in: served.root)
        try mark.replaceContents(with: [], durable: false)
        try served.move("b.yml", "dataset: /d\npriority: 9")
        // By the time that something dropped later has been refused, the mark has been seen.
        try served.move("marker.yml", "no job")
        try eventually("all has been seen") { served.has("marker.yml", .failed) }
        #expect(QueueMark.draining.isObeyed(in: served.root))
        try letGo(served)
        try eventually("what ran is done") { served.has("a.yml", .done) }
        try served.move("marker2.yml", "no job")
        try eventually("files are still looked at") { served.has("marker2.yml", .failed) }
        #expect(served.has("b.yml", .queued))
        #expect(QueueMark.draining.isObeyed(in: served.root))
        try FileManager.default.removeItem(atPath: mark.string)
        try eventually("the queue goes on") { served.has("b.yml", .done) }
        #expect(!FileManager.default.fileExists(atPath: served.root.hold.string))
        try served.end()
        #expect(log(served).first == "begin a.yml")
    }

    @Test func aSilentWorkerIsEndedAndTriedAgain() throws {
        var settings = Settings()
        (settings.stallTimeout, settings.stopTimeout, settings.scanInterval) = (1, 0.5, 0.1)
        // It has reported once, and does not listen either.
        let script = SupervisorTests.first(
            "trap '' TERM; echo '{}' > \"$3/status.json\"; while [ -d \"$2\" ]; do sleep 0.02; done")
        let served = try served(settings, script: script)
        try served.move("a.yml")
        try eventually("it is done") { served.has("a.yml", .done) }
        #expect(served.attempts("a")?.attempts == 2)
        #expect(served.attempts("a")?.withoutProgress == 1)
        try served.end()
    }

    @Test func aReportingWorkerIsLeftAlone() throws {
        var settings = Settings()
        (settings.stallTimeout, settings.scanInterval) = (3, 0.05)
        let served = try served(
            settings,
            script:
                "for i in $(seq 50); do echo $i > \"$3/.s\"; mv \"$3/.s\" \"$3/status.json\"; sleep 0.1; done"
        )
        try served.move("a.yml")
        try eventually("it is done") { served.has("a.yml", .done) }
        #expect(served.attempts("a")?.attempts == 1)
        try served.end()
    }

    @Test func anUnmountedRootIsNotBegunAnew() throws {
        let served = try working()
        let aside = FilePath(temporary.path.string + ".aside")
        defer { try? FileManager.default.removeItem(atPath: aside.string) }
        #expect(rename(temporary.path.string, aside.string) == 0)
        try FileManager.default.createDirectory(
            atPath: temporary.path.string, withIntermediateDirectories: false)
        Thread.sleep(forTimeInterval: RunningJobs.age + 1)
        let begun = try FileManager.default.subpathsOfDirectory(atPath: temporary.path.string)
        #expect(begun == [])
        try FileManager.default.removeItem(atPath: temporary.path.string)
        #expect(rename(aside.string, temporary.path.string) == 0)
        try letGo(served)
        try eventually("it is done") { served.has("a.yml", .done) }
        #expect(!served.has("a.yml", .cancelled))
        try served.end()
    }

    @Test func aDeletedLockIsTakenAnew() throws {
        let served = try working()
        unlink(served.root.lock.string)
        try eventually("it is there again") { FileLock.isHeld(served.root.lock) }
        try letGo(served)
        try eventually("it is done") { served.has("a.yml", .done) }
        try served.end()
    }

    @Test func aReplacedRunningFolderCancelsNothing() throws {
        let served = try working()
        let running = served.folder.path(.running)
        #expect(rename(running.string, running.string + ".old") == 0)
        Thread.sleep(forTimeInterval: RunningJobs.age + 1)
        #expect(!served.has("a.yml", .cancelled))
        try letGo(served)
        try eventually("it is done, from memory") { served.has("a.yml", .done) }
        #expect(served.text(served.folder.path("a.yml", in: .done)) == "dataset: /d")
        try served.end()
    }

    @Test func aJobWhoseFolderIsDeletedGoesOnAndHoldsNobodyUp() throws {
        let served = try served(
            script: """
                echo $$ >> "$2/log"
                test -e "$2/go" && exit 0
                while test -d "$2"; do sleep 0.02; done
                """)
        try served.move("a.yml")
        try eventually("it runs") { log(served).count == 1 }
        try letGo(served)
        try FileManager.default.removeItem(atPath: served.folder.path(.running).string)
        kill(try #require(log(served).first.flatMap { Int32($0) }), SIGKILL)
        try eventually("it goes on, from memory") { served.has("a.yml", .done) }
        #expect(log(served).count == 2)
        #expect(served.text(served.folder.path("a.yml", in: .done)) == "dataset: /d")
        try served.move("b.yml")
        try eventually("the next has its turn") { served.has("b.yml", .done) }
        try served.end()
    }

    @Test func aReDroppedJobLiesInOneFolderOnly() throws {
        let served = try served(script: "exit 0")
        for place in [JobFolder.Place.done, .cancelled, .paused] {
            try served.folder.path("a.yml", in: place).replaceContents(with: [], durable: false)
        }
        try served.move("a.yml", "dataset: /d\nepochs: 95")
        try eventually("it is done") { served.text(served.folder.path("a.yml", in: .done)).contains("95") }
        #expect(!served.has("a.yml", .cancelled) && !served.has("a.yml", .paused))
        try served.end()
    }
}
