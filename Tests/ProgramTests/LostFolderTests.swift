// A run's folder that vanishes, becomes something else, or cannot be written: the attempt says so and ends with 70, and the
// next one goes on, or from step 0 where nothing is left.

import Foundation
import Jobs
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible, "needs a C compiler"))
    struct LostFolderTests {
        let reference: Workplace
        let job: SmallJob
        private let files = FileManager.default

        init() async throws {
            reference = try Workplace()
            job = reference.job.with("epochs", "2").with("checkpoint", "{every: 4 steps, keep: 1}")
            try await reference.trained(job)
        }

        @Test func theNextAttemptEndsTheRun() async throws {
            try await aRunThatIsGoneBeginsAnew()
            try await aFolderThatVanishesEndsTheAttempt()
            try await anEventFileThatVanishesEndsTheAttempt()
            try await aFileInItsPlaceIsNamed()
            try await aDiskThatBecomesReadOnlyEndsTheAttempt()
        }

        private func aRunThatIsGoneBeginsAnew() async throws {
            let place = try await begun()
            try files.removeItem(atPath: place.run().path.string)
            try await expectEnd(place, "step 1 ")
        }

        /// Its next checkpoint must not pretend that the curves before it were there.
        private func aFolderThatVanishesEndsTheAttempt() async throws {
            let place = try Workplace(sharing: reference)
            let program = try slow(place)
            try files.moveItem(
                atPath: place.run().path.string, toPath: place.folder.path.appending("away").string)
            #expect(try await program.end() == .exited(70), "\(program.output)")
            #expect(program.output.contains("taken away"), "\(program.output)")
            try await expectEnd(place, "step 1 ")
        }

        /// Nor may the points to come go where nobody sees them.
        private func anEventFileThatVanishesEndsTheAttempt() async throws {
            let place = try Workplace(sharing: reference)
            let program = try slow(place)
            let file = place.run().path.appending(try #require(try RunCurves(place.run()).files.last))
            let away = place.folder.path.appending("away")
            try files.moveItem(atPath: file.string, toPath: away.string)
            #expect(try await program.end() == .exited(70), "\(program.output)")
            #expect(program.output.contains("taken away"), "\(program.output)")
            try files.moveItem(atPath: away.string, toPath: file.string)
            try await expectEnd(place, "going on from the checkpoint of step")
        }

        private func aFileInItsPlaceIsNamed() async throws {
            let place = try await begun()
            let (path, away) = (place.run().path.string, place.folder.path.appending("away").string)
            try files.moveItem(atPath: path, toPath: away)
            try "".write(toFile: path, atomically: false, encoding: .utf8)
            let program = try await place.trained(job)
            #expect(program.end == .exited(70), "\(program.output)")
            #expect(program.output.contains(path), "\(program.output)")
            try files.removeItem(atPath: path)
            try files.moveItem(atPath: away, toPath: path)
            try await expectEnd(place, "going on from the checkpoint of step")
        }

        /// A file system that an error has made read-only, from some call on.
        private func aDiskThatBecomesReadOnlyEndsTheAttempt() async throws {
            let place = try Workplace(sharing: reference)
            let rule = Faults.Rule(path: "/root/", effect: .error("EROFS"), first: 180, times: nil)
            let program = try await place.trained(job, with: Faults(rules: [rule]))
            #expect(program.end == .exited(70), "\(program.output)")
            #expect(program.output.contains("Read-only file system"), "\(program.output)")
            try expectNoHarm(place.run())
            try await expectEnd(place, "going on from the checkpoint of step")
        }

        @Test(.enabled(if: FullDiskTests.isPossible, "needs unshare(1) and user namespaces"))
        func aReadOnlyMountIsNamed() async throws {
            let place = try await begun()
            let script = """
                mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 1
                exec "$3" train "$2" --root "$1"
                """
            let program = try Program(
                [
                    "unshare", "-rm", "sh", "-c", script, "sh", place.root.path.string,
                    place.folder.path.appending("net.yml").string, Program.alexnetd.string,
                ], executable: "/usr/bin/env")
            #expect(try await program.end() == .exited(70), "\(program.output)\(program.errorOutput)")
            #expect(program.output.contains("Read-only file system"), "\(program.output)")
            try await expectEnd(place, "going on from the checkpoint of step")
        }

        /// Killed with a checkpoint of step 9.
        private func begun() async throws -> Workplace {
            let place = try Workplace(sharing: reference)
            let rule = Faults.Rule(calls: "mkdir", path: ".tmp-step-00000012", effect: .kill)
            try #require(try await place.trained(job, with: Faults(rules: [rule])).end == .killed(SIGKILL))
            return place
        }

        /// Has a checkpoint, and will take its time for the rest.
        private func slow(_ place: Workplace) throws -> Program {
            let rule = Faults.Rule(calls: "write", path: "train.log", effect: .wait, times: nil)
            let program = try place.train(job, with: Faults(rules: [rule]))
            try eventually("it has a checkpoint: \(program.output)") {
                place.run().newestCheckpointStep >= 4
            }
            return program
        }

        private func expectEnd(_ place: Workplace, _ text: String) async throws {
            let program = try await place.trained(job)
            #expect(program.end == .exited(0), "\(program.output)")
            #expect(program.output.contains(text), "\(program.output)")
            try expectSame(place.run(), as: reference.run())
        }
    }
}
