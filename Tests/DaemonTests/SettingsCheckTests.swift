// What `serve --check` finds out. It never changes anything.

import Daemon
import Foundation
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct SettingsCheckTests {
    let temporary: TemporaryFolder
    var settings = Settings()
    var root: RootFolder { RootFolder(settings.root) }

    init() throws {
        temporary = try TemporaryFolder()
        settings.root = temporary.path.appending("a/root")
    }

    func expectProblem(
        _ words: String..., check: SettingsCheck, location: SourceLocation = #_sourceLocation
    ) {
        #expect(check.problems.count == 1, "\(check.problems)", sourceLocation: location)
        for word in words {
            #expect(
                check.problems.first?.contains(word) == true, "\(check.problems)", sourceLocation: location)
        }
    }

    @Test func aRootThatCanBeMadeIsNotMade() throws {
        #expect(SettingsCheck(settings).problems == [])
        #expect(try temporary.names() == [])
        try JobFolder(root).createTree()
        #expect(SettingsCheck(settings).problems == [])
    }

    @Test func aFileInTheWayIsToldOnce() throws {
        try temporary.write("x".utf8, to: "a")
        expectProblem("\(temporary.path)/a", check: SettingsCheck(settings))
        try FileManager.default.removeItem(atPath: temporary.path.appending("a").string)
        try JobFolder(root).createTree()
        try FileManager.default.removeItem(atPath: root.failed.string)
        try temporary.write("x".utf8, to: "a/root/jobs/failed")
        expectProblem("\(root.failed) is no folder", check: SettingsCheck(settings))
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere"))
    func whatCannotBeWrittenIsTold() throws {
        try JobFolder(root).createTree()
        chmod(root.done.string, 0o555)
        expectProblem("\(root.done) cannot be read and written", check: SettingsCheck(settings))
        try FileManager.default.removeItem(atPath: root.runs.string)
        chmod(root.path.string, 0o555)
        #expect(
            SettingsCheck(settings).problems.contains { $0.contains("nothing can be made in \(root.path)") })
        chmod(root.path.string, 0o755)
    }

    @Test mutating func theMetricsFileNeedsItsFolder() throws {
        settings.metrics = temporary.path.appending("none/a.prom")
        expectProblem("\(temporary.path)/none", "metrics", check: SettingsCheck(settings))
        settings.metrics = temporary.path
        expectProblem("is a folder", check: SettingsCheck(settings))
        settings.metrics = temporary.path.appending("a.txt")
        let check = SettingsCheck(settings)
        #expect(check.problems == [])
        #expect(check.notes.contains { $0.contains("NAME.prom") && $0.contains("a.txt") })
    }

    @Test func hooksAreLookedAt() throws {
        for (name, mode) in [("done", 0o755), ("failed", 0o644), ("finished", 0o755), (".swp", 0o777)] {
            chmod(try temporary.write("#!/bin/sh\n".utf8, to: "a/root/hooks/\(name)").string, mode_t(mode))
        }
        let check = SettingsCheck(settings)
        expectProblem("\(root.hooks)/failed", "chmod", check: check)
        #expect(check.notes.contains { $0.contains("hooks/finished is never run") })
    }

    @Test func variablesThatAreNoSettingsAreSeen() {
        let environment = ["ALEXNETD_ROOT": "/r", "ALEXNETD_CONFIG": "/c", "PATH": "/bin"]
        func notes(_ more: [String: String]) -> [String] {
            SettingsCheck(settings, environment: environment.merging(more) { $1 }).notes.filter {
                $0.contains("ALEXNETD_")
            }
        }
        #expect(notes([:]) == [])
        let found = notes(["ALEXNETD_STALL_TIMOUT": "1m", "ALEXNETD_MAIL_TO": "me"])
        #expect(found == ["no settings, but given to hooks: $ALEXNETD_MAIL_TO, $ALEXNETD_STALL_TIMOUT"])
    }

    @Test func aDaemonAtWorkIsInformation() throws {
        try root.path.makeTree()
        let lock = try FileLock(root.lock)
        let check = SettingsCheck(settings)
        #expect(check.problems == [])
        #expect(check.notes.contains { $0.contains("served by process \(getpid())") })
        withExtendedLifetime(lock) {}
        #expect(try temporary.names("a/root") == [".lock"])
    }
}

extension FilePath {
    fileprivate func makeTree() throws {
        try FileManager.default.createDirectory(atPath: string, withIntermediateDirectories: true)
    }
}
