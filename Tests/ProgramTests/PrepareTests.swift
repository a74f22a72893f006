// `alexnetd prepare` as a user has it: killed at any moment and run again, stopped by Ctrl-C, and trained from.

import Datasets
import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct PrepareTests {
        let place: Workplace
        private var records: FilePath { place.folder.path.appending("records") }
        private var staging: FilePath { place.folder.path.appending("records.preparing") }

        init() throws { place = try Workplace() }

        private func prepare(_ arguments: String..., to destination: FilePath? = nil) throws -> Program {
            try Program(["prepare", place.images.string, (destination ?? records).string] + arguments)
        }

        /// The bytes of everything in a folder, but for files that a kill has left.
        private func contents(_ folder: FilePath) throws -> [String: Data] {
            var contents: [String: Data] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder.string)
            where !name.hasPrefix(".") {
                contents[name] = FileManager.default.contents(atPath: folder.appending(name).string)
            }
            return contents
        }

        @Test func itSaysWhatItMade() async throws {
            let program = try prepare("--format", "raw")
            #expect(try await program.end() == .exited(0), "\(program.errorOutput)")
            #expect(
                program.output.contains("images: class folders, 45 images of 3 classes"), "\(program.output)")
            #expect(
                program.output.contains("records: 36 training, 9 validation images of 3 classes in 2 shards"),
                "\(program.output)")
            let again = try prepare("--format", "raw")
            #expect(try await again.end() == .exited(0))
            #expect(again.output.contains("was prepared before, with the same arguments"), "\(again.output)")
            let other = try prepare("--quality", "80")
            #expect(try await other.end() == .exited(65))
            #expect(other.errorOutput.contains("format: raw before, jpeg now"), "\(other.errorOutput)")
            let inside = try Program(["prepare", place.images.string, place.images.appending("new").string])
            #expect(try await inside.end() == .exited(65))
            #expect(inside.errorOutput.contains("the source is never written to"), "\(inside.errorOutput)")
        }

        /// kill -9 at a dozen moments, one after the other, and the end is that of an undisturbed run.
        @Test func killedAndRunAgainItComesToTheSameBytes() async throws {
            let whole = place.folder.path.appending("whole")
            let arguments = ["--shards", "18", "--threads", "1", "--size", "512"]
            let undisturbed = try Program(["prepare", place.images.string, whole.string] + arguments)
            #expect(try await undisturbed.end() == .exited(0), "\(undisturbed.errorOutput)")
            var (kills, kept) = (0, 0)
            func shards() -> Int {
                ((try? FileManager.default.contentsOfDirectory(atPath: staging.appending("progress").string))
                    ?? [])
                    .count { $0.hasSuffix(".json") }
            }
            for goal in 1...12 {
                let program = try Program(["prepare", place.images.string, records.string] + arguments)
                try eventually("a shard more is whole: \(program.errorOutput)") {
                    shards() >= goal || !program.isRunning
                }
                guard program.isRunning else { break }
                program.signal(SIGKILL)
                try await program.end()
                kills += 1
                kept = max(kept, shards())
                #expect(!place.exists(records) || kills > 1)
            }
            let last = try Program(["prepare", place.images.string, records.string] + arguments)
            #expect(try await last.end() == .exited(0), "\(last.errorOutput)")
            #expect(kills >= 3)
            #expect(kept >= 3, "whole shards outlive a kill")
            #expect(try contents(records) == contents(whole))
            #expect(!place.exists(staging))
        }

        @Test(arguments: [SIGINT, SIGTERM]) func stoppedItGoesOn(_ signal: Int32) async throws {
            let program = try prepare("--threads", "1", "--shards", "18", "--size", "1024")
            try eventually("it prepares: \(program.errorOutput)") {
                place.exists(staging.appending("progress/train-00000-of-00018.json"))
            }
            program.signal(signal)
            #expect(try await program.end() == .exited(75), "\(program.output) \(program.errorOutput)")
            #expect(
                program.errorOutput.contains("the same command goes on from here"), "\(program.errorOutput)")
            #expect(!place.exists(records))
            let job = try await place.trained(SmallJob(dataset: records.string))
            #expect(job.end == .exited(65))
            #expect(job.output.contains("records.preparing is not prepared to its end"), "\(job.output)")
            let next = try prepare("--shards", "18", "--size", "1024")
            #expect(try await next.end() == .exited(0), "\(next.errorOutput)")
            #expect(next.output.contains("images were prepared before; going on"), "\(next.output)")
            #expect(try Dataset.open(records).train.count == 36)
        }

        /// The same pixels in the same order: the same weights, bit for bit.
        @Test func trainingOnRawRecordsIsTrainingOnTheFolder() async throws {
            let program = try prepare("--format", "raw", "--shards", "3")
            #expect(try await program.end() == .exited(0), "\(program.errorOutput)")
            var job = place.job.with("epochs", "2")
            let folder = try await place.trained(job)
            #expect(folder.end == .exited(0), "\(folder.output)")
            let other = try Workplace(sharing: place)
            job = job.with("dataset", records.string)
            let trained = try await other.trained(job)
            #expect(trained.end == .exited(0), "\(trained.output)")
            #expect(try other.store().weights(of: 18) == place.store().weights(of: 18))
            // Nothing had to be read before the first step.
            #expect(!place.exists(other.root.cache.appending("statistics")))
            #expect(
                (try? FileManager.default.contentsOfDirectory(atPath: other.root.cache.string)) ?? [] == [])
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.root.cache.string).count == 1)
        }

        @Test func aDamagedShardEndsTheJobWithItsPlace() async throws {
            let program = try prepare("--format", "raw")
            try await program.end()
            let shard = records.appending("train-00000-of-00001")
            let file = try FileDescriptor.open(shard, .readWrite)
            try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: 500_000, [1, 2, 3, 4, 5]) }
            let job = try await place.trained(place.job.with("dataset", records.string))
            #expect(job.end == .exited(65), "\(job.output)")
            #expect(job.output.contains("train-00000-of-00001, record at byte 39"), "\(job.output)")
            #expect(
                job.output.contains("is damaged: its bytes do not match their checksums"), "\(job.output)")
            #expect(job.output.contains("prepare the data set again"), "\(job.output)")
        }
    }
}
