// The commands that move job files, on a folder that no daemon serves: what they do, what they say, what they refuse.

import Foundation
import Jobs
import Spool
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct ControlTests {
        let place: PreparedFolder

        init() throws { place = try PreparedFolder() }

        @Test(arguments: [
            (["cancel", "a"], "running", "cancelled", "retry a"),
            (["retry", "a.yml"], "failed", "", "next"),
            (["pause", "a"], "", "paused", "resume a"), (["resume", "a"], "paused", "", "next"),
        ])
        func eachMovesTheFileAndSaysWhatIsNext(
            _ words: [String], _ from: String, _ to: String, _ next: String
        ) async throws {
            try place.put("a.yml", from)
            let program = try await place.run(words[0], words[1])
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            #expect(!place.exists(from, "a.yml") && place.exists(to, "a.yml"))
            #expect(program.output.split(separator: "\n").count == 1, "\(program.output)")
            #expect(program.output.hasPrefix("a: ") && program.output.contains(next), "\(program.output)")
        }

        @Test func oneRefusalDoesNotHoldUpTheOthers() async throws {
            try place.put("a.yml")
            try place.put("b.yml", "done")
            try place.put("c.yml", "running")
            let program = try await place.run("cancel", "a", "b", "nope", "c")
            #expect(program.end == .exited(65))
            #expect(place.exists("cancelled", "a.yml") && place.exists("cancelled", "c.yml"))
            #expect(place.exists("done", "b.yml"))
            #expect(program.errorOutput.contains("b is done; there is nothing to cancel"))
            #expect(program.errorOutput.contains("there is no job \"nope\""), "\(program.errorOutput)")
            let again = try await place.run("cancel", "a")
            #expect(again.end == .exited(0))
            #expect(again.output == "a: is cancelled already\n")
        }

        @Test func whatATerminalWouldObeyIsNotPrinted() async throws {
            let program = try await place.run("cancel", "\u{1B}[2Jx")
            #expect(program.end == .exited(65))
            #expect(program.errorOutput.contains("?[2Jx"), "\(program.errorOutput)")
        }

        @Test func aMissingJobFolderIsNamed() async throws {
            try FileManager.default.removeItem(atPath: place.root.jobs.string)
            for words in [
                ["cancel", "a"], ["pause"], ["drain"], ["submit", "a.yml"], ["logs", "a"], ["jobs"],
            ] {
                let program = try Program(words + ["--root", place.root.path.string])
                #expect(try await program.end() == .exited(64))
                #expect(program.errorOutput.contains("no job folder at \(place.root.jobs)"))
                #expect(!FileManager.default.fileExists(atPath: place.root.jobs.string))
            }
        }

        @Test func theWholeQueueIsPausedAndResumed() async throws {
            try place.put("a.yml", "paused")
            #expect(try await place.run("pause").end == .exited(0))
            let mark = try #require(place.text(place.root.jobs.appending("PAUSED")))
            #expect(
                mark.wholeMatch(of: /by \S.* on \S+, \d{4}-\d\d-\d\d \d\d:\d\d [+-]\d{4}\n/) != nil, "\(mark)"
            )
            let again = try await place.run("pause")
            #expect(again.end == .exited(0))
            #expect(again.output.contains("already"), "\(again.output)")
            #expect(try await place.run("drain").end == .exited(0))
            #expect(place.exists("", "DRAINING"))

            let resumed = try await place.run("resume")
            #expect(resumed.output.contains("it was paused (by "), "\(resumed.output)")
            #expect(resumed.output.contains("draining"), "\(resumed.output)")
            #expect(!place.exists("", "PAUSED") && !place.exists("", "DRAINING"))
            #expect(place.exists("paused", "a.yml"), "a job is resumed by its name")
            #expect(try await place.run("resume").output.contains("neither paused nor draining"))
        }

        @Test func drainWaitsForWhatRuns() async throws {
            try place.put("a.yml", "running")
            let served = try FileLock(place.root.lock)
            let program = try place.start("drain", "--wait")
            try eventually("it says what it waits for") {
                program.output.contains("1 job is finished first (a)")
            }
            #expect(program.isRunning)
            try FileManager.default.moveItem(
                atPath: place.root.running.appending("a.yml").string,
                toPath: place.root.done.appending("a.yml").string)
            try await Task.sleep(for: .seconds(4))
            #expect(program.isRunning, "the daemon, which looks when it likes, has not seen the mark")
            QueueMark.obey(.draining, in: place.root)
            #expect(try await program.end() == .exited(0))
            #expect(program.output.hasSuffix("nothing runs any more\n"), "\(program.output)")
            withExtendedLifetime(served) {}
        }

        /// Nobody will finish it: to wait on would be in vain.
        @Test func drainDoesNotWaitWithoutADaemon() async throws {
            try place.put("a.yml", "running")
            let program = try await place.run("drain", "--wait")
            #expect(program.end == .exited(0))
            #expect(program.output.contains("a stays in jobs/running"), "\(program.output)")
        }

        @Test func drainEndsWhenSomebodyLetsTheQueueGoOn() async throws {
            try place.put("a.yml", "running")
            let served = try FileLock(place.root.lock)
            let program = try place.start("drain", "--wait")
            try eventually("it drains") { place.exists("", "DRAINING") }
            #expect(try await place.run("resume").end == .exited(0))
            #expect(try await program.end() == .exited(65))
            #expect(program.errorOutput.contains("let the queue go on"), "\(program.errorOutput)")
            withExtendedLifetime(served) {}
        }
    }
}
