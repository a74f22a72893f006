// alexnetd jobs and alexnetd logs, on folders prepared by hand.

import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct LookingTests {
        let place: PreparedFolder

        init() throws { place = try PreparedFolder() }

        /// Lines, and in each its cells.
        func table(_ program: Program) -> [[String]] {
            program.output.split(separator: "\n").map { line in
                line.split(separator: /\s{2,}/).map(String.init)
            }
        }

        func prepareRunning() throws -> FileLock {
            try place.put("caltech.yml", "running", age: 90)
            try place.status("caltech", .training) { status in
                (status.epoch, status.epochs, status.step, status.steps) = (4, 9, 43, 100)
                (status.loss, status.imagesPerSecond, status.eta) = (1.25, 80, 3900)
                status.pid = getpid()
                (status.lastCheckpoint, status.lastCheckpointAt) = (40, Date(timeIntervalSinceNow: -130))
            }
            return try FileLock(place.root.run("caltech").lock)
        }

        @Test func theTableSaysHowFarEachIs() async throws {
            let worker = try prepareRunning()
            let program = try await place.run("jobs")
            #expect(program.end == .exited(0))
            let lines = table(program).map { $0.joined(separator: "|") }
            #expect(lines.first == "NAME|STATE|PROGRESS|EPOCH|STEP|LOSS|IMAGES/S|ETA|CHECKPOINT")
            #expect(
                lines.last
                    == "caltech|training|████░░░░░░|43 %|4/9|43/100|1.2500|80.0|1 h 05 min|2 min ago")
            #expect(program.errorOutput == "No daemon serves \(place.root.path) now.\n")
            withExtendedLifetime(worker) {}
        }

        /// Neither is it next, nor does it keep another waiting.
        @Test func aJobWhoseGPUIsOutOfServiceSaysSo() async throws {
            let served = try FileLock(place.root.lock)
            defer { withExtendedLifetime(served) {} }
            try place.put("gpu.yml", age: 20)
            try place.put("plain.yml", age: 10)
            try FileManager.default.createDirectory(
                atPath: place.root.cache.string, withIntermediateDirectories: true)
            try "gpu.yml: waits for its GPU: out of service after faults: cuda:0\n".write(
                toFile: place.root.stranded.string, atomically: true, encoding: .utf8)
            let rows = table(try await place.run("jobs")).dropFirst().map { "\($0[0]): \($0.last ?? "")" }
            #expect(rows == ["plain: next", "gpu: waits for its GPU: out of service after faults: cuda:0"])
        }

        @Test func theQueueStandsInItsOrderAndSaysWhyItWaits() async throws {
            let worker = try prepareRunning()
            // In the order of their coming, whatever their own age.
            try place.put("caltech.yml", age: 1)
            try place.put("early.yml", age: 20)
            try place.put("late.yml", age: 40)
            try place.put("urgent.yml", "", "dataset: /d\npriority: 5\n", age: 10)
            try place.put("bad.yml", "", "dataset: /d\nepochs: many\n")
            func notes() async throws -> [String] {
                table(try await place.run("jobs")).filter { $0[1] == "queued" }.map {
                    "\($0[0]): \($0.last ?? "")"
                }
            }
            let found = try await notes()
            #expect(
                found.dropLast() == [
                    "urgent: next", "caltech: jobs/running/caltech.yml has to end first",
                    "early: 3 jobs before it", "late: 4 jobs before it",
                ], "\(found)")
            #expect(found.last?.hasPrefix("bad: is no job: line 2: epochs: \"many\"") == true, "\(found)")

            _ = try await place.run("drain")
            let mark = try #require(place.text(place.root.jobs.appending("DRAINING"))).dropLast()
            #expect(try await notes().contains("early: the queue drains (\(mark))"))
            try Data().write(to: URL(fileURLWithPath: place.root.jobs.appending("PAUSED").string))
            #expect(try await notes().contains("early: the queue is paused"))
            withExtendedLifetime(worker) {}
        }

        @Test func theStatesOfWhatDoesNotTrain() async throws {
            try place.put("preempted.yml", "running", age: 50)
            try place.status("preempted", .waiting) { $0.message = "urgent goes first" }
            try place.put("dead.yml", "running", age: 40)
            try place.status("dead", .training) { ($0.pid, $0.lastCheckpointAt) = (1, Date()) }
            try place.put("fresh.yml", "running", age: 30)
            try place.put("held.yml", "paused")
            try place.put("bad.yml", "failed")
            try place.put("bad.error.txt", "failed", "bad.yml:1: no\nmore\n")
            try place.put("old.yml", "cancelled")
            try place.put("over.yml", "done")
            try place.status("over", .done) { ($0.step, $0.steps) = (9, 9) }
            let rows = table(try await place.run("jobs")).dropFirst().map { row in
                row.filter { $0 != "-" }.joined(separator: "|")
            }
            #expect(
                rows == [
                    "preempted|waiting|urgent goes first",
                    "dead|interrupted|its worker is gone; goes on when a daemon starts",
                    "fresh|waiting|goes on when a daemon starts", "held|paused",
                    "over|done|██████████ 100 %|9/9",
                    "bad|failed|bad.yml:1: no", "old|cancelled",
                ], "\(rows)")
        }

        @Test func jobsCanBeNamed() async throws {
            for name in ["a.yml", "b.yml", "c.json"] { try place.put(name) }
            #expect(table(try await place.run("jobs", "a", "c.json")).map(\.[0]) == ["NAME", "a", "c"])
            let unknown = try await place.run("jobs", "b.yaml")
            #expect(unknown.end == .exited(65))
            #expect(unknown.errorOutput.contains("did you mean b.yml?"), "\(unknown.errorOutput)")
        }

        @Test func jsonHasTheSame() async throws {
            struct Row: Decodable {
                let name: String
                let priority: Int?
                let lastCheckpointAt: String?
                let waitsFor: String?
                let jobsAhead: Int?
                let message: String?
            }
            let worker = try prepareRunning()
            try place.put("next.yml", "", "dataset: /d\npriority: -3\n")
            let program = try await place.run("jobs", "--json")
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let rows = try decoder.decode([Row].self, from: Data(program.output.utf8))
            #expect(rows.map(\.name) == ["caltech", "next"])
            #expect(rows.map(\.priority) == [0, -3])
            #expect(rows[0].lastCheckpointAt?.contains("T") == true)
            #expect(rows[1].waitsFor == "caltech" && rows[1].jobsAhead == 1)
            #expect(rows[1].message == "behind caltech")
            withExtendedLifetime(worker) {}
        }

        @Test func inAPipeWatchingPrintsWhatHasChanged() async throws {
            try place.put("a.yml")
            let (table, json) = (
                try place.start("jobs", "--watch"), try place.start("jobs", "--watch", "--json")
            )
            try eventually("it is shown") { table.output.contains("next\n") && json.output.hasSuffix("\n") }
            try place.put("b.yml")
            try eventually("so is the change") {
                table.output.contains("behind a\n") && json.output.split(separator: "\n").count == 2
            }
            for program in [table, json] {
                // A child of this process inherits that other signals are blocked.
                program.signal(SIGKILL)
                #expect(try await program.end() == .killed(SIGKILL))
            }
            #expect(table.output.components(separatedBy: "\n\n").count == 2, "\(table.output)")
            for line in json.output.split(separator: "\n") {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
        }

        @Test func watchingEndsWithItsReader() async throws {
            try place.put("a.yml")
            let program = try await place.shell("alexnetd jobs --watch | head -n 1")
            #expect(program.output == "NAME  STATE   NOTE\n")
        }

        // MARK: In a terminal

        static let hasScript = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

        /// What a terminal of 80 by 10 gets.
        func terminal(_ line: String) async throws -> String {
            let inner = "stty cols 80 rows 10; export ALEXNETD_ROOT='\(place.root.path)'; \(line)"
            let script = inner.replacingOccurrences(of: "alexnetd jobs", with: "'\(Program.alexnetd)' jobs")
            let program = try Program(["-qec", script, "/dev/null"], executable: "/usr/bin/script")
            try await program.end()
            return program.output.replacingOccurrences(of: "\r\n", with: "\n")
        }

        @Test(.enabled(if: hasScript, "there is no script(1)")) func theTableFitsTheTerminal() async throws {
            let worker = try prepareRunning()
            let reason = String(repeating: "for a very long reason ", count: 20)
            try place.put("bad.yml", "failed")
            try place.put("bad.error.txt", "failed", reason)
            let lines = try await terminal("alexnetd jobs").split(separator: "\n").map(String.init)
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
            #expect(lines[0].contains("PROGRESS") && lines[0].contains("NOTE"), "\(lines)")
            #expect(lines.contains { $0.hasSuffix("…") && $0.contains("for a very long") }, "\(lines)")
            #expect(!lines[0].contains("STEP"))
            #expect(try await place.run("jobs").output.contains(reason.dropLast()), "a pipe is never cut")
            withExtendedLifetime(worker) {}
        }

        @Test(.enabled(if: hasScript, "there is no script(1)")) func watchingRedrawsInPlace() async throws {
            for index in 0..<20 { try place.put("job-\(index).yml", age: Double(100 - index)) }
            let output = try await terminal("timeout -s KILL 2.5 alexnetd jobs --watch || true")
            let frames = output.components(separatedBy: "\u{1B}[H").dropFirst()
            #expect(frames.count >= 2, "\(output)")
            for frame in frames {
                #expect(frame.contains("\u{1B}[J"), "\(frame)")
                let lines = frame.components(separatedBy: "\u{1B}[K\n").dropLast()
                #expect(lines.count == 9, "one line is the cursor's")
                #expect(lines.last == "… and 14 more", "\(lines)")
            }
        }

        // MARK: Logs

        @Test func logsPrintsTheLog() async throws {
            try place.put("a.yml", "done")
            try place.log("a", "one\ntwo\nthree\n")
            try place.log("bare", "of a bare train\n")
            #expect(try await place.run("logs", "a").output == "one\ntwo\nthree\n")
            #expect(try await place.run("logs", "a.yml", "-n", "2").output == "two\nthree\n")
            #expect(try await place.run("logs", "a", "--lines", "9").output == "one\ntwo\nthree\n")
            #expect(try await place.run("logs", "a", "-n", "0").output == "")
            #expect(try await place.run("logs", "bare").output == "of a bare train\n")
            #expect(try await place.run("logs", "a", "-n", "-1").end == .exited(64))
            try place.log("a", "half")
            #expect(try await place.run("logs", "a", "-n", "2").output == "three\nhalf")
            for name in ["bear", "../runs/bare", "..", ""] {
                let program = try await place.run("logs", name)
                #expect(program.end == .exited(65))
                #expect(program.output == "")
            }
        }

        /// Larger than what is read at once.
        @Test func theLastLinesOfALongLog() async throws {
            try place.put("a.yml", "done")
            let lines = (0..<30_000).map { "line \($0)" }
            try place.log("a", lines.joined(separator: "\n") + "\n")
            for count in [1, 20_000, 29_999, 30_000, 30_001] {
                let output = try await place.run("logs", "a", "-n", "\(count)").output
                #expect(output == lines.suffix(count).joined(separator: "\n") + "\n", "\(count)")
            }
        }

        @Test func withoutALogTheReasonIsPrinted() async throws {
            try place.put("a.yml", "failed")
            try place.put("a.error.txt", "failed", "a.yml:1: no\n")
            #expect(try await place.run("logs", "a").output == "a.yml:1: no\n")
            #expect(try await place.run("logs", "a", "-f").output == "a.yml:1: no\n")
            try place.put("b.yml")
            let waiting = try await place.run("logs", "b")
            #expect(waiting.end == .exited(65))
            #expect(
                waiting.errorOutput.contains("b: queued, next: it has no log yet"), "\(waiting.errorOutput)")
        }

        @Test func followingGoesOnUntilTheRunIsOver() async throws {
            try place.put("a.yml")
            let program = try place.start("logs", "-f", "a")
            try place.log("a", "one\n")
            try eventually("a log that comes later") { program.output == "one\n" }
            try place.log("a", "two\n")
            try eventually("what is added") { program.output == "one\ntwo\n" }
            // Replaced: the rest of the old one, then the new one.
            let old = try FileHandle(forWritingTo: URL(fileURLWithPath: place.root.run("a").log.string))
            try old.seekToEnd()
            let aside = place.root.run("a").path.appending("train.log.1")
            #expect(rename(place.root.run("a").log.string, aside.string) == 0)
            try old.write(contentsOf: Data("three\n".utf8))
            try place.log("a", "four\n")
            try eventually("the old and the new") { program.output == "one\ntwo\nthree\nfour\n" }
            #expect(truncate(place.root.run("a").log.string, 0) == 0)
            try place.log("a", "5\n")
            try eventually("what comes after a cut") { program.output.hasSuffix("four\n5\n") }
            #expect(program.isRunning)

            var worker = try FileLock(place.root.run("a").lock) as FileLock?
            #expect(
                rename(
                    place.root.jobs.appending("a.yml").string, place.root.cancelled.appending("a.yml").string)
                    == 0)
            try place.log("a", "last words\n")
            try eventually("the worker's last words") { program.output.hasSuffix("last words\n") }
            #expect(program.isRunning && worker != nil)
            worker = nil
            #expect(try await program.end() == .exited(0))
            #expect(program.output.hasSuffix("5\nlast words\n"), "\(program.output)")
            #expect(program.errorOutput == "a is cancelled\n")
        }
    }
}
