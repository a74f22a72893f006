// Files that nobody meant to make, or somebody did on purpose: none ends the daemon, none holds up a good job.

import Daemon
import Files
import Foundation
import Glibc
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct OddFilesTests {
    let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    func expectService(_ served: ServedFolder) throws {
        try served.move("good.yml")
        try eventually("a good job is done") { served.has("good.yml", .done) }
        try served.end()
    }

    @Test func twoSpellingsOfOneName() throws {
        let served = try ServedFolder(temporary, script: "exit 0")
        try served.copy("caf\u{e9}.yml")
        try served.copy("cafe\u{301}.yml")
        try eventually("both are refused") {
            let names = try FileManager.default.contentsOfDirectory(atPath: served.root.failed.string)
            return names.count { $0.hasSuffix(".yml") } == 2
        }
        try expectService(served)
    }

    @Test func aNameThatIsNoText() throws {
        let served = try ServedFolder(temporary, script: "exit 0")
        let path =
            served.root.jobs.string.utf8CString.dropLast() + [0x2f, 0x62, -1, 0x2e, 0x79, 0x6d, 0x6c, 0]
        let file = Array(path).withUnsafeBufferPointer { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o644) }
        #expect(file >= 0)
        close(file)
        #expect(try served.folder.unreadableNames() == 1)
        try expectService(served)
    }

    @Test(arguments: [-20_000_000_000, 20_000_000_000]) func timesBeyondTheCalendar(_ seconds: Int) throws {
        let served = try ServedFolder(temporary, script: "exit 0")
        let path = served.root.path.appending("odd.yml")
        try path.replaceContents(with: Array("dataset: /d".utf8), durable: false)
        var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, path.string, &times, 0) == 0)
        #expect(rename(path.string, served.folder.path("odd.yml", in: .queued).string) == 0)
        try eventually("it is done") { served.has("odd.yml", .done) }
        try expectService(served)
    }

    @Test func aPipeInPlaceOfAStatus() throws {
        let served = try ServedFolder(temporary, script: "exit 0")
        try served.root.run("odd").path.makeFolder()
        #expect(mkfifo(served.root.run("odd").status.string, 0o644) == 0)
        try served.move("odd.yml")
        try eventually("it is done") { served.has("odd.yml", .done) }
        try expectService(served)
    }

    @Test func countsThatOverflow() throws {
        let served = try ServedFolder(temporary, script: "exit 0")
        try served.root.run("odd").path.makeFolder()
        try served.root.run("odd").attempts.replaceContents(
            with: Array(#"{"attempts":9223372036854775807,"step":-9,"without_progress":-1}"#.utf8),
            durable: false)
        try served.move("odd.yml")
        try eventually("it is done") { served.has("odd.yml", .done) }
        try expectService(served)
    }

    @Test func whatCannotBeClaimedPreemptsOnce() throws {
        let served = try ServedFolder(temporary, script: PersonTests.patient)
        try served.move("a.yml")
        let log = served.root.path.appending("log")
        try eventually("it runs") { served.text(log) != "" }
        // A folder has the name that it would have.
        try served.folder.path("urgent.yml", in: .running).makeFolder()
        try served.move("urgent.yml", "dataset: /d\npriority: 5")
        try eventually("it was preempted, and goes on") {
            served.text(log) == "begin a.yml\nbegin a.yml\n"
        }
        Thread.sleep(forTimeInterval: 3 * ScanStability.age)
        #expect(served.text(log) == "begin a.yml\nbegin a.yml\n")
        try served.root.path.appending("go").replaceContents(with: [], durable: false)
        try eventually("it is done") { served.has("a.yml", .done) }
        try served.end()
    }

    @Test func twoOfOneStemInRunning() throws {
        let folder = JobFolder(RootFolder(temporary.path))
        try folder.createTree()
        for name in ["a.yml", "a.yaml"] {
            try folder.path(name, in: .running).replaceContents(
                with: Array("dataset: /d".utf8), durable: false)
        }
        let served = try ServedFolder(temporary, script: "exit 0")
        try eventually("one is done, the other refused") {
            let done = ["a.yml", "a.yaml"].filter { served.has($0, .done) }
            let failed = ["a.yml", "a.yaml"].filter { served.has($0, .failed) }
            return done.count == 1 && failed.count == 1
        }
        try served.end()
    }

    @Test func aHookBelowAFolderThatAllMayChangeIsRefused() throws {
        let folder = temporary.path.appending("root/hooks")
        try folder.makeFolder()
        let hook = folder.appending("done")
        try hook.replaceContents(with: Array("#!/bin/sh\n".utf8), durable: false)
        chmod(hook.string, 0o755)
        #expect(HookFile(hook) == .runnable)
        chmod(temporary.path.appending("root").string, 0o777)
        guard case .refused(let reason) = HookFile(hook) else { return #expect(Bool(false), "it is refused") }
        #expect(reason.contains("may be changed by others"))
    }
}
