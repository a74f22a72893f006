// `alexnetd train`: to the end, again, on with a changed job, changed data, damaged checkpoints.

import Checkpoints
import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct TrainTests {
        let place: Workplace
        /// With pictures of every epoch: else the last one has some, whichever that is.
        let pictured: SmallJob

        init() throws {
            place = try Workplace()
            pictured = place.job.with("log", "{every: 2 steps, images: 1 epoch}")
        }

        /// Name and bytes of everything that a run keeps, but for its log, its status and its lock.
        func kept() throws -> [String: Data] {
            let changing = [place.run().log, place.run().status, place.run().lock].map(
                \.lastComponent?.string)
            var files: [String: Data] = [:]
            let folder = place.run().path
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder.string)
            where !changing.contains(name) {
                files[name] = FileManager.default.contents(atPath: folder.appending(name).string)
            }
            return files
        }

        @Test func trainsToTheEnd() async throws {
            let program = try await place.trained(pictured)
            #expect(program.end == .exited(0), "\(program.output)")
            let status = try #require(place.status())
            #expect(status.state == .done)
            #expect(status.step == 27)
            #expect(status.steps == 27)
            #expect(status.lastCheckpoint == 27)
            #expect(status.pid == nil)
            // At the interval and at each epoch's end that is a best.
            let steps = try place.store().steps()
            #expect(Set(steps).isSuperset(of: stride(from: 3, through: 27, by: 3)))
            for step in steps { #expect(try place.store().verified(step) != nil) }
            let curves = try RunCurves(place.run())
            #expect(curves.files.count == 1)
            #expect(curves.damaged == [])
            #expect(curves.repeated == [])
            #expect(curves.graphs == 1)
            #expect(curves.computed.keys.count { $0.tag == "loss/train" } == 14, "the first and every second")
            #expect(curves.computed.keys.count { $0.tag == "loss/validation" } == 3)
            #expect(
                curves.computed.keys.count { $0.tag == "parameters/conv1/weight" } == 4,
                "the first step, epochs")
            #expect(curves.computed.keys.count { $0.tag == "confusion" } == 3, "every epoch")

            let before = try kept()
            #expect(try await place.trained(pictured).end == .exited(0))
            #expect(try kept() == before, "finishing again changes nothing")
        }

        /// What decides the numbers is the job alone.
        @Test func threadsAndPlaceDoNotMatter() async throws {
            let other = try Workplace(sharing: place)
            try await place.trained(place.job.with("threads", "1").with("epochs", "2"))
            try await other.trained(place.job.with("threads", "3").with("epochs", "2"))
            try expectSame(other.run(), as: place.run())
        }

        @Test func moreEpochsGoOn() async throws {
            let other = try Workplace(sharing: place)
            try await place.trained(pictured)
            try await other.trained(pictured.with("epochs", "2"))
            #expect(try other.store().steps().last == 18)
            #expect(try await other.trained(pictured).end == .exited(0))
            #expect(try other.store().contents(of: 27) == place.store().contents(of: 27))
            try expectSameCurves(other.run(), as: place.run())
        }

        @Test func aChangedKeyIsRefusedWithBothValues() async throws {
            try await place.trained(place.job.with("epochs", "1").with("learning_rate", "0.01"))
            let before = try kept()
            let program = try await place.trained(
                place.job.with("epochs", "2").with("learning_rate", "0.02"))
            #expect(program.end == .exited(65))
            #expect(program.output.contains("learning_rate: 0.01 before, 0.02 now"), "\(program.output)")
            #expect(place.status()?.state == .failed)
            #expect(try kept() == before)
        }

        @Test func changedDataIsRefusedWithTheDifference() async throws {
            try await place.trained(place.job.with("epochs", "1"))
            let folder = place.images.appending("train/checkers")
            try FileManager.default.copyItem(
                atPath: folder.appending("0000.jpg").string, toPath: folder.appending("9999.jpg").string)
            let program = try await place.trained(place.job.with("epochs", "2"))
            #expect(program.end == .exited(65))
            #expect(
                program.output.contains("36 training images before, 37 now"), "\(program.output)")
        }

        /// The run goes on from the checkpoint before, and comes to the same end.
        @Test func aDamagedCheckpointIsPassedOver() async throws {
            let other = try Workplace(sharing: place)
            try await place.trained(pictured)
            try await other.trained(pictured.with("epochs", "2"))
            let newest = other.run().checkpoints.appending("step-00000018")
            try flipBit(of: newest.appending(Checkpoint.modelFile))
            let program = try await other.trained(pictured)
            #expect(program.end == .exited(0), "\(program.output)")
            #expect(program.output.contains("checkpoint of step 18 is damaged"), "\(program.output)")
            #expect(program.output.contains("going on from the checkpoint of step 15"), "\(program.output)")
            #expect(other.exists(other.run().checkpoints.appending("step-00000018.corrupt")))
            try expectSame(other.run(), as: place.run())
        }

        /// Every checkpoint has its own copy of the plan.
        @Test func aDamagedPlanIsWrittenAgain() async throws {
            try await place.trained(place.job.with("epochs", "1"))
            let whole = try Data(contentsOf: URL(fileURLWithPath: place.run().plan.string))
            try Data().write(to: URL(fileURLWithPath: place.run().plan.string))
            let refused = try await place.trained(place.job.with("epochs", "1").with("seed", "2"))
            #expect(refused.end == .exited(65))
            #expect(refused.output.contains("net.yml:"), "\(refused.output)")
            #expect(refused.output.contains("seed: 1 before, 2 now"), "\(refused.output)")
            #expect(try await place.trained(place.job.with("epochs", "1")).end == .exited(0))
            #expect(try Data(contentsOf: URL(fileURLWithPath: place.run().plan.string)) == whole)
        }

        /// A mean since the last log step is another one then, and nobody is to blame.
        @Test func theLogIntervalMayChange() async throws {
            let other = try Workplace(sharing: place)
            try await place.trained(place.job)
            try await other.trained(place.job)
            for step in try other.store().steps() where step > 9 {
                let name = "step-000000\(step)"
                try FileManager.default.removeItem(atPath: other.run().checkpoints.appending(name).string)
            }
            let program = try await other.trained(place.job.with("log", "{every: 5 steps, images: none}"))
            #expect(program.end == .exited(0))
            #expect(program.output.contains("going on from the checkpoint of step 9"), "\(program.output)")
            #expect(!program.output.contains("warning"), "\(program.output)")
            try expectSameCurves(other.run(), as: place.run())
            for step in [18, 27] {
                #expect(try other.store().weights(of: step) == place.store().weights(of: step))
            }
        }

        @Test func keepingFewerShowsAtTheNextStart() async throws {
            try await place.trained(place.job)
            let best = try #require(try place.store().bestStep())
            #expect(try await place.trained(place.job.with("checkpoint", "{keep: 1}")).end == .exited(0))
            #expect(try place.store().steps() == Set([best, 27]).sorted())
        }

        @Test func aClosedPipeEndsNothing() async throws {
            let file = place.folder.path.appending("net.yml")
            try place.job.text.write(toFile: file.string, atomically: true, encoding: .utf8)
            let program = try Program(
                [
                    "-c", "\"$1\" train \"$2\" --root \"$3\" 2>&1 | head -n 1", "sh",
                    Program.alexnetd.string, file.string, place.root.path.string,
                ], executable: "/bin/sh")
            try await program.end()
            #expect(program.output.split(separator: "\n").count == 1)
            try eventually("it trains to its end") { place.status()?.state == .done }
        }

        private func flipBit(of path: FilePath) throws {
            let file = try FileDescriptor.open(path, .readWrite)
            defer { try? file.close() }
            let middle = try file.seek(offset: 0, from: .end) / 2
            var byte: [UInt8] = [0]
            _ = try byte.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: middle, into: $0) }
            byte[0] ^= 0x10
            _ = try byte.withUnsafeBytes { try file.write(toAbsoluteOffset: middle, $0) }
        }
    }
}
