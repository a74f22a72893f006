// `alexnetd train DIR --set KEY=VALUE`: a folder is trained as a job would be, recorded as one, and gone on with by the same
// command.

import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct FolderJobTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        func train(_ arguments: String...) async throws -> Program {
            let program = try Program(["train"] + arguments + ["--root", place.root.path.string])
            try await program.end()
            return program
        }

        /// The small job's keys as options.
        static func options(epochs: Int) -> [String] {
            [
                "epochs=\(epochs)", "width=0.03125", "batch_size=4", "threads=2", "checkpoint.every=3 steps",
                "checkpoint.keep=all", "log={every: 2 steps, images: none}",
            ].flatMap { ["--set", $0] }
        }

        func trainImages(epochs: Int) async throws -> Program {
            let program = try Program(
                ["train", place.images.string] + Self.options(epochs: epochs)
                    + ["--root", place.root.path.string])
            try await program.end()
            return program
        }

        @Test func aFolderTrainsAsItsJobWould() async throws {
            let other = try Workplace(sharing: place)
            #expect(try await trainImages(epochs: 2).end == .exited(0))
            let again = try await trainImages(epochs: 3)
            #expect(again.end == .exited(0), "\(again.output)")
            #expect(again.output.contains("going on from the checkpoint of step 18"), "\(again.output)")

            let text = place.text(place.run("images").job)
            #expect(text.hasPrefix("dataset: \"\(place.images)\"\nepochs: 3\n"), "\(text)")
            try text.write(
                toFile: other.folder.path.appending("images.yml").string, atomically: true, encoding: .utf8)
            let program = try await Program.run(
                "train", other.folder.path.appending("images.yml").string, "--root", other.root.path.string)
            #expect(program.end == .exited(0), "\(program.output)")
            #expect(
                try other.store("images").contents(of: 27) == place.store("images").contents(of: 27))
            try expectSameCurves(other.run("images"), as: place.run("images"))
        }

        @Test func aChangedSettingIsRefusedByItsOption() async throws {
            let file = place.folder.path.appending("net.yml")
            try place.job.with("epochs", "1").text.write(
                toFile: file.string, atomically: true, encoding: .utf8)
            #expect(try await train(file.string, "--as", "night", "--set", "seed=2").end == .exited(0))
            #expect(place.status("night")?.state == .done)
            #expect(place.text(place.run("night").job).contains("\nseed: 2\n"))
            let refused = try await train(file.string, "--as", "night", "--set", "seed=3")
            #expect(refused.end == .exited(65))
            #expect(refused.output.contains("error: --set seed=3: "), "\(refused.output)")
            #expect(refused.output.contains("seed: 2 before, 3 now"), "\(refused.output)")
            let unset = try await train(file.string, "--as", "night")
            #expect(unset.output.contains("seed: 2 before, 1 now"), "\(unset.output)")
            let badName = try await train(file.string, "--as", "a/b")
            #expect(badName.end == .exited(65))
            #expect(badName.output.contains("letters, digits"), "\(badName.output)")
        }
    }
}
