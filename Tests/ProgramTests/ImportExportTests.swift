// import and export as a person uses them: weights become a run, a run becomes a file for others.

import Checkpoints
import Foundation
import Jobs
import SystemPackage
import Testing
import Training

extension WholeProgram {
    @Suite struct ImportExportTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        private static func golden(_ name: String) -> FilePath {
            FilePath(#filePath).removingLastComponent().removingLastComponent()
                .appending("WeightsTests").appending("Golden").appending(name)
        }

        private func run(_ arguments: String...) async throws -> Program {
            let program = try Program(arguments + ["--root", place.root.path.string])
            try await program.end()
            return program
        }

        private func model(_ name: String) throws -> Data {
            let checkpoint = try #require(try place.store(name).verified(0))
            return try checkpoint.data(Checkpoint.modelFile)
        }

        @Test(arguments: ["safetensors", "pth", "caffemodel"])
        func aRunComesBackToTheBit(_ ending: String) async throws {
            let bvlc = Self.golden("alexnet-v1.caffemodel")
            let imported = try await run("import", bvlc.string, "--as", "bvlc")
            #expect(imported.end == .exited(0), "\(imported.errorOutput)")
            #expect(
                imported.output.contains("bvlc: alexnet, 5 classes, 10,689 parameters"), "\(imported.output)")
            #expect(imported.output.contains("(pixel − [123, 117, 104]) ÷ [1, 1, 1], as caffe"))
            #expect(imported.errorOutput.contains("norm1 has k 1.0"))
            #expect(imported.errorOutput.contains("--classes"))

            let file = place.folder.path.appending("out.\(ending)").string
            let exported = try await run("export", "bvlc", "-o", file)
            #expect(exported.end == .exited(0), "\(exported.errorOutput)")
            let again = try await run("import", file, "--as", "again", "--preprocess", "caffe")
            #expect(again.end == .exited(0), "\(again.errorOutput)")
            #expect(try model("again") == model("bvlc"))

            #expect(try await run("export", "bvlc", "-o", file).end == .exited(65))
            #expect(try await run("export", "bvlc", "-o", file, "--force").end == .exited(0))
        }

        /// In whichever form, it is what the run was evaluated with.
        @Test func anExportHasTheAveragesOfTheWeights() async throws {
            let job = place.job.with("epochs", "1").with("average_weights", "0.5")
            let training = try await place.trained(job)
            try #require(training.end == .exited(0), "\(training.errorOutput)")
            let store = place.store("net")
            let best = try #require(try store.bestStep())
            let checkpoint = try #require(try store.verified(best))
            let averages = try checkpoint.tensors(Checkpoint.modelFile)
            let own = try checkpoint.tensors(Checkpoint.optimizerFile)
            let name = try #require(averages.names.first)
            func values(_ tensors: SafetensorsFile, _ name: String) throws -> [Float] {
                var values = [Float](repeating: 0, count: try #require(tensors.shape(of: name)).reduce(1, *))
                try values.withUnsafeMutableBufferPointer { try tensors.read(name, into: $0) }
                return values
            }
            #expect(try values(averages, name) != values(own, "parameters.\(name)"))

            let file = place.folder.path.appending("out.pth").string
            #expect(try await run("export", "net", "-o", file).end == .exited(0))
            #expect(try await run("import", file, "--as", "again").end == .exited(0))
            #expect(try model("again") == checkpoint.data(Checkpoint.modelFile))
        }

        /// Whatever reads a checkpoint reads this one.
        @Test func anImportedRunIsLikeATrainedOne() async throws {
            let names = place.folder.path.appending("classes.txt")
            try "cat\ndog\n  bird \n\nfish\nsnail\n".write(
                toFile: names.string, atomically: true, encoding: .utf8)
            let program = try await run(
                "import", Self.golden("torchvision-tar.pth").string, "--as", "old", "--classes", names.string)
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            #expect(program.errorOutput == "")
            let checkpoint = try #require(try place.store("old").newestValid().checkpoint)
            let state = try TrainingState(json: try checkpoint.data(Checkpoint.stateFile))
            #expect(state.step == 0)
            #expect(state.data?.classes == ["cat", "dog", "bird", "fish", "snail"])
            #expect(state.normalization?.mean == SIMD3(123.675, 116.28, 103.53))
            let plan = try #require(Plan.load(place.run("old")))
            #expect(plan.model == .torchvision && plan.width == 48.0 / 4096)
            #expect(try Plan(json: try checkpoint.data(Checkpoint.planFile), name: "old") == plan)
        }

        @Test func whatIsRefusedLeavesNothing() async throws {
            let zip = Self.golden("torchvision-zip.pth").string
            #expect(try await run("import", zip, "--as", "net").end == .exited(0))
            let runs = place.root.runs.string
            let before = try FileManager.default.contentsOfDirectory(atPath: runs)
            #expect(before == ["net"])
            let few = place.folder.path.appending("few.txt").string
            try "cat\ndog\n".write(toFile: few, atomically: true, encoding: .utf8)
            for (arguments, words) in [
                (["--as", "net"], "there is a run net already"),
                (["--as", "other", "--model", "alexnet"], "tensor \"features.3.weight\" is [2, 2, 5, 5]"),
                (["--as", "other", "--classes", few], "names 2 classes, and the network tells 5 apart"),
                (["--as", "../other"], "is no run's name"),
            ] {
                let program = try Program(["import", zip] + arguments + ["--root", place.root.path.string])
                try await program.end()
                #expect(program.end != .exited(0))
                #expect(program.errorOutput.contains(words), "\(program.errorOutput)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: runs) == before)
            }
        }
    }
}
