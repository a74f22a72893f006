// Hooks as files that are really run.

import Daemon
import Foundation
import Jobs
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct HooksTests {
    let temporary: TemporaryFolder
    let lines = LogLines()
    let hooks: Hooks
    var root: RootFolder { RootFolder(temporary.path) }

    init() throws {
        temporary = try TemporaryFolder()
        let environment = [
            "PATH": "/usr/bin:/bin", "ALEXNETD_MAIL_TO": "me", "ALEXNETD_JOB": "stale", "NOTIFY_SOCKET": "/n",
        ]
        hooks = try Hooks(
            RootFolder(temporary.path), log: lines.logger, timeout: 60, environment: environment)
    }

    @discardableResult
    func install(_ state: Hooks.State, _ script: String, mode: mode_t = 0o755) throws -> FilePath {
        let path = try temporary.write("#!/bin/sh\n\(script)\n".utf8, to: "hooks/\(state.rawValue)")
        chmod(path.string, mode)
        return path
    }

    func run(_ state: Hooks.State, _ job: String = "net", _ status: String? = "{}") throws {
        hooks.run(state, job: try JobName(fileName: "\(job).yml"), status: status.map { Data($0.utf8) })
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: temporary.path.appending(name).string)
    }

    func text(_ name: String) -> String {
        (try? String(contentsOfFile: temporary.path.appending(name).string, encoding: .utf8)) ?? ""
    }

    /// Whether the process whose id a hook has written is gone; a zombie is.
    func isGone(_ name: String) -> Bool {
        guard let pid = Int32(text(name).trimmingCharacters(in: .whitespacesAndNewlines)) else {
            return false
        }
        guard let facts = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
            return true
        }
        return facts.contains(") Z ")
    }

    @Test func aHookIsToldEverything() throws {
        try install(
            .failed, "cat > in; env | grep -v '^_=' | sort > env; pwd -P > folder; echo said; echo bad >&2")
        try run(.failed, "net-1.b", "{\"loss\": \"nan\"}\n")
        hooks.drain(within: 60)
        #expect(text("in") == "{\"loss\": \"nan\"}\n")
        let environment = text("env").split(separator: "\n").filter {
            !$0.hasPrefix("PWD=") && !$0.hasPrefix("SHLVL=")
        }
        #expect(
            environment
                == [
                    "ALEXNETD_JOB=net-1.b", "ALEXNETD_MAIL_TO=me", "ALEXNETD_ROOT=\(root.path)",
                    "ALEXNETD_RUN=\(root.path)/runs/net-1.b", "ALEXNETD_STATE=failed", "PATH=/usr/bin:/bin",
                ].map { $0[...] })
        #expect(
            FilePath(text("folder").trimmingCharacters(in: .newlines)).lastComponent
                == root.path.lastComponent)
        #expect(lines.contains("info net-1.b: hook failed: said"))
        #expect(lines.contains("info net-1.b: hook failed: bad"))
        #expect(lines.contains("info net-1.b: hook failed: exit code 0"))
    }

    @Test(arguments: [nil, "", String(repeating: "x", count: 70_000)])
    func withoutAUsableStatusThereIsALittleOne(_ status: String?) throws {
        try install(.started, "cat > in")
        try run(.started, "net", status)
        hooks.drain(within: 60)
        #expect(lines.contains("exit code 0"), "\(lines.all)")
        let object = try JSONSerialization.jsonObject(with: Data(text("in").utf8)) as? [String: String]
        #expect(object == ["job": "net", "state": "started"], "\(lines.all)")
    }

    @Test func aLargeStatusNobodyReadsHoldsNothingUp() throws {
        try install(.done, "exit 3")
        try run(.done, "net", String(repeating: "x", count: 65536))
        hooks.drain(within: 60)
        #expect(lines.contains("warning net: hook done: exit code 3"))
    }

    @Test func theyRunInOrderAndHoldNobodyUp() throws {
        try install(.started, "while [ ! -e go ]; do sleep 0.01; done; echo $ALEXNETD_JOB started >> order")
        try install(.done, "echo $ALEXNETD_JOB done >> order")
        for job in ["a", "b"] {
            try run(.started, job)
            try run(.paused, job)  // has no hook
            try run(.done, job)
        }
        #expect(text("order") == "")
        try temporary.write([], to: "go")
        hooks.drain(within: 60)
        #expect(text("order") == "a started\na done\nb started\nb done\n")
        #expect(!lines.all.contains { $0.contains("paused") })
    }

    @Test func itsGroupIsKilledAtTheLimit() throws {
        hooks.timeout = 0.3
        try install(.done, "sleep 100 & echo $! > child; echo begun; wait")
        try install(.failed, "touch next")
        try run(.done)
        try run(.failed)
        try eventually("the next runs") { exists("next") }
        try eventually("the child is gone") { isGone("child") }
        #expect(lines.contains("hook done: begun"))
        #expect(lines.contains("warning net: hook done: killed: its 0.3s are over"))
    }

    /// Its end is that of its own process.
    @Test func aChildThatKeepsTheOutputOpenHoldsNothingUp() throws {
        try install(.done, "sleep 100 & echo $! > child; echo said")
        try install(.failed, "touch next")
        try run(.done)
        try run(.failed)
        try eventually("the next runs") { exists("next") }
        hooks.drain(within: 60)
        #expect(lines.contains("hook done: said"))
        #expect(lines.contains("hook done: exit code 0"))
        #expect(!isGone("child"), "it was not the hook's time that was over")
        if let pid = Int32(text("child").trimmingCharacters(in: .newlines)) { kill(pid, SIGKILL) }
    }

    @Test func aHookThatIsBeingWrittenIsWaitedFor() throws {
        let path = try install(.done, "touch ran")
        let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
        try run(.done)
        #expect(!exists("ran"))
        try file.close()
        hooks.drain(within: 60)
        #expect(exists("ran"), "\(lines.all)")
    }

    /// More than a pipe holds, so it has to be read.
    @Test func aTalkativeHookIsHeardInPart() throws {
        try install(
            .done,
            "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; kill -15 $$"
        )
        try run(.done)
        hooks.drain(within: 60)
        #expect(lines.all.count { $0.contains("0123456789") } == 100)
        #expect(lines.contains("dropped"))
        #expect(lines.contains("warning net: hook done: killed by signal 15"))
    }

    @Test func whatIsNoProgramIsSaid() throws {
        chmod(try temporary.write("echo\n".utf8, to: "hooks/done").string, 0o755)
        try install(.failed, "")
        chmod(try temporary.write("#!/no/such/shell\n".utf8, to: "hooks/paused").string, 0o755)
        for state in [Hooks.State.done, .paused, .failed] { try run(state) }
        hooks.drain(within: 60)
        #expect(
            lines.contains("hooks/done cannot be run (Exec format error); begin it with a line #!/bin/sh"))
        #expect(lines.contains("hooks/paused cannot be run (No such file or directory)"))
        #expect(lines.contains("hook failed: exit code 0"))
    }

    // MARK: What is not safe is not run

    func expectRefused(_ state: Hooks.State, _ words: String) throws {
        try run(state)
        hooks.drain(within: 60)
        #expect(!exists("ran"))
        #expect(lines.all.count == 1)
        #expect(lines.contains("warning net: hook \(state.rawValue): is not run: "), "\(lines.all)")
        #expect(lines.contains(words), "\(lines.all)")
    }

    @Test(arguments: [0o644, 0o775, 0o757] as [mode_t]) func aFileThatOthersMayChange(_ mode: mode_t) throws {
        try install(.done, "touch ran", mode: mode)
        try expectRefused(
            .done,
            "hooks/done may be \(mode == 0o644 ? "executed" : "changed")".replacing(
                "be executed", with: "not be executed"))
    }

    @Test func aFolderThatOthersMayChange() throws {
        try install(.done, "touch ran")
        chmod(root.hooks.string, 0o775)
        try expectRefused(.done, "hooks may be changed by others than its owner; chmod go-w it")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away")) func aFileOfAnotherUser() throws {
        chown(try install(.done, "touch ran").string, 12345, 12345)
        try expectRefused(.done, "hooks/done belongs to user 12345")
    }

    @Test func whatIsNoFile() throws {
        try install(.failed, "")
        try FileManager.default.createDirectory(
            atPath: root.hooks.appending("done").string, withIntermediateDirectories: false)
        try expectRefused(.done, "is no regular file")
    }

    @Test func aLinkCountsAsWhatItLeadsTo() throws {
        let target = try temporary.write("#!/bin/sh\ntouch ran\n".utf8, to: "elsewhere")
        chmod(target.string, 0o775)
        try install(.failed, "")
        for (state, path) in [("done", target.string), ("paused", "/no/such/file")] {
            try FileManager.default.createSymbolicLink(
                atPath: root.hooks.appending(state).string, withDestinationPath: path)
        }
        try run(.done)
        try run(.paused)
        hooks.drain(within: 60)
        #expect(lines.contains("hooks/done may be changed by others"))
        #expect(lines.contains("hooks/paused cannot be looked at"))
        #expect(!exists("ran"))
    }

    // MARK: The end

    @Test func drainingEndsInTime() throws {
        try install(.started, "sleep 100 & echo $! > child; touch up; wait")
        try install(.done, "touch ran")
        try run(.started)
        try run(.done)
        try eventually("it runs") { exists("up") }
        var calls = 0
        hooks.drain(within: 2.5) { calls += 1 }
        #expect(1...2 ~= calls, "about once a second")
        try eventually("the child is gone") { isGone("child") }
        #expect(lines.contains("hook started: killed: the daemon stops"))
        #expect(lines.contains("hook done: is not run: the daemon stops"))
        try run(.done)
        hooks.drain(within: 60)
        #expect(!exists("ran"))
        #expect(lines.all.last?.contains("hook done: is not run") == true)
    }

    @Test func withoutAnyItDrainsAtOnce() throws {
        try run(.done)
        hooks.drain(within: 60) { Issue.record("there is nothing to wait for") }
        #expect(lines.all == [])
    }
}
