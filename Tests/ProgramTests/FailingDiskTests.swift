// Calls to the disk that fail, one by one: no space, a quota, an error of the device, half a write, an interruption. The
// job goes on, at once or in its next attempt, says what was wrong, and ends like one whose disk was sound.
//
// Every second of the cases below, other ones each time; all of them with ALEXNETD_LONG=1.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible, "needs a C compiler"))
    struct FailingDiskTests {
        struct Case: CustomStringConvertible {
            let rules: [Faults.Rule]
            /// What the attempt ends with: 0, or 70 and the next one goes on.
            let end: Int32
            /// A part of what train.log says; nil where nothing is worth saying.
            let says: String?

            init(_ rules: Faults.Rule..., end: Int32 = 0, says: String? = nil) {
                (self.rules, self.end, self.says) = (rules, end, says)
            }

            var description: String { "\(rules)" }
        }

        private static func rule(
            _ calls: String, _ path: String, _ error: String, _ first: Int = 1, times: Int? = 1
        ) -> Faults.Rule {
            Faults.Rule(calls: calls, path: path, effect: .error(error), first: first, times: times)
        }

        private static let (full, quota, device) =
            ("No space left", "Disk quota exceeded", "Input/output error")

        private static let events = [
            Case(rule("open", "tfevents", "ENOSPC", times: 2), says: full),
            Case(rule("open", "tfevents", "EIO"), says: device),
            Case(rule("write", "tfevents", "ENOSPC", 2), says: full),
            Case(rule("write", "tfevents", "EDQUOT", 3), says: quota),
            Case(rule("write", "tfevents", "EIO", 2), says: device),
            Case(rule("write", "tfevents", "EIO", times: 2), says: device),
            Case(
                Faults.Rule(calls: "write", path: "tfevents", effect: .short, first: 2),
                rule("write", "tfevents", "ENOSPC", 3), says: full),
            Case(
                Faults.Rule(calls: "write", path: "tfevents", effect: .short, first: 2),
                rule("write,ftruncate", "tfevents", "EIO", 3, times: 2), says: device),
            Case(Faults.Rule(calls: "write", path: "tfevents", effect: .short, times: nil)),
            Case(rule("write,fsync,open", "tfevents", "EINTR", 2, times: 2)),
            Case(rule("fsync", "tfevents", "EIO", 2), says: device),
            Case(rule("fsync", "tfevents", "ENOSPC", 2), says: full),
            // The disk is beyond help.
            Case(rule("write", "tfevents", "EIO", 2, times: nil), end: 70, says: device),
            Case(rule("fsync", "tfevents", "EIO", 1, times: nil), end: 70, says: device),
        ]

        private static let checkpoints = [
            Case(rule("mkdir", "checkpoints", "ENOSPC"), says: full),
            Case(rule("open", "model.safetensors", "EIO", 2), says: device),
            Case(rule("write", "optimizer.safetensors", "ENOSPC", 30), says: full),
            Case(rule("write", "model.safetensors", "EIO", 30), says: device),
            Case(rule("write", "manifest.json", "EDQUOT", 2), says: quota),
            Case(Faults.Rule(calls: "write", path: "checkpoints/", effect: .short, times: nil)),
            Case(rule("write,fsync,open", "checkpoints/", "EINTR", 20, times: 2)),
            Case(rule("fsync", "model.safetensors", "EIO", 2), says: device),
            Case(rule("fsync", "manifest.json", "ENOSPC", 2), says: full),
            Case(rule("rename", "/step-00000008", "EIO"), says: device),
            Case(rule("fsync", "checkpoints", "EIO", 20), says: device),
            Case(rule("rename", ".tmp-removing", "EIO"), says: device),
            Case(rule("unlink", ".tmp-removing", "EIO"), says: device),
            Case(rule("write", "model.safetensors", "EIO", 30, times: nil), end: 70, says: device),
        ]

        private static let others = [
            Case(rule("open,write", "status.json", "ENOSPC", times: nil)),
            Case(rule("rename", "status.json", "EIO", times: nil)),
            Case(rule("write", "train.log", "EIO", 3, times: nil)),
            Case(rule("write", "train.log", "ENOSPC", 3, times: 5)),
            Case(rule("open", "/.lock", "ENOSPC"), says: full),
            Case(rule("write", ".plan.json", "ENOSPC"), says: full),
            Case(rule("fsync", ".plan.json", "EIO"), says: device),
            Case(rule("open", "/.lock", "EIO", times: nil), end: 70, says: device),
            Case(rule("rename", "statistics-", "EIO"), says: device),
        ]

        let reference: Workplace
        let job: SmallJob

        init() throws {
            reference = try Workplace()
            job = reference.job.with("epochs", "2").with("checkpoint", "{every: 4 steps, keep: 1}")
        }

        @Test func theJobEndsAsIfTheDiskWereSound() async throws {
            try await reference.trained(job)
            let all = Self.events + Self.checkpoints + Self.others
            let cases = FaultLibrary.isLong ? all : Array(all.shuffled().prefix(all.count / 2))
            // They wait more than they compute.
            for four in stride(from: 0, to: cases.count, by: 4) {
                let started = try cases[four...].prefix(4).map { fault in
                    let place = try Workplace(sharing: reference)
                    return (fault, place, try place.train(job, with: Faults(rules: fault.rules)))
                }
                for (fault, place, program) in started { try await expect(fault, place, program) }
            }
            print("\(cases.count) faults of the disk: the runs end as if there had been none")
        }

        /// What the disk does not give out is neither damaged nor gone, and never a reason to begin anew.
        @Test func checkpointsOfADiskThatIsAwayStayAsTheyAre() async throws {
            let all = job.with("checkpoint", "{every: 4 steps, keep: all}")
            try await reference.trained(all)
            let place = try Workplace(sharing: reference)
            try await place.trained(all.with("epochs", "1"))
            let names = {
                try FileManager.default.contentsOfDirectory(atPath: place.run().checkpoints.string).sorted()
            }
            let before = try names()
            #expect(before.count > 1)
            let away = try await place.trained(
                all, with: Faults(rules: [Self.rule("look", "manifest.json", "EIO", times: nil)]))
            #expect(away.end == .exited(70), "\(away.output)")
            #expect(away.output.contains(Self.device), "\(away.output)")
            #expect(try names() == before)
            let back = try await place.trained(
                all, with: Faults(rules: [Self.rule("look", "manifest.json", "EIO", times: 2)]))
            #expect(back.end == .exited(0), "\(back.output)")
            #expect(try names().allSatisfy { !$0.hasSuffix(".corrupt") })
            try expectSame(place.run(), as: reference.run())
        }

        /// A listing that breaks off says nothing of what it has not come to.
        @Test func jobsThatAFolderDoesNotNameHaveNotGone() async throws {
            try await reference.trained(job)
            let place = try Workplace(sharing: reference)
            let away = place.folder.path.appending("away")
            let rule = Faults.Rule(
                calls: "readdir", path: "jobs/running", effect: .error("EIO"), times: nil, gate: away)
            let daemon = try place.serve(with: Faults(rules: [rule]))
            try eventually("the job folder is there") { place.exists(place.root.jobs) }
            try place.drop(job.with("epochs", "1000").text, "net.yml")
            try eventually("it trains: \(daemon.errorOutput)") { place.status()?.step ?? 0 > 0 }
            try "".write(toFile: away.string, atomically: true, encoding: .utf8)
            try eventually("it says so") { daemon.errorOutput.contains("running cannot be read") }
            usleep(5_000_000)
            try FileManager.default.removeItem(atPath: away.string)
            usleep(3_000_000)
            #expect(place.exists(place.root.running.appending("net.yml")))
            let status = try #require(place.status())
            #expect([.training, .evaluating].contains(status.state), "\(daemon.errorOutput)")
            #expect(status.attempt == 1)
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0))
        }

        private func expect(_ fault: Case, _ place: Workplace, _ program: Program) async throws {
            try await program.end()
            #expect(program.end == .exited(fault.end), "\(fault): \(program.output)")
            if let says = fault.says {
                #expect(program.output.contains(says), "\(fault): \(program.output)")
            } else {
                #expect(!program.output.contains("warning"), "\(fault): \(program.output)")
            }
            if program.end != .exited(0) {
                try expectNoHarm(place.run(), "\(fault)")
                let next = try await place.trained(job)
                #expect(next.end == .exited(0), "\(fault): \(next.output)")
            }
            try expectSame(place.run(), as: reference.run(), "\(fault)")
        }
    }
}
