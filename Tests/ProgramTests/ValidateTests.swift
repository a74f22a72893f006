// alexnetd validate: one job in full, several in a line each, and which of them are no jobs.

import Foundation
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct ValidateTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        func write(_ text: String, _ name: String = "check.yml") throws -> String {
            let file = place.folder.path.appending(name)
            try text.write(toFile: file.string, atomically: true, encoding: .utf8)
            return file.string
        }

        func line(_ key: String, of program: Program) -> String {
            let lines = program.output.split(separator: "\n").map(String.init)
            return lines.first { $0.hasPrefix(key + " ") } ?? "no line \(key) in:\n\(program.output)"
        }

        @Test func thePlanIsPrinted() async throws {
            let program = try await Program.run("validate", try write(place.job.with("width", nil).text))
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            func line(_ key: String) -> String { self.line(key, of: program) }
            // The paper's 60,965,224 parameters with a last layer of 3 classes instead of 1000.
            #expect(line("parameters").contains("56,880,515"), "\(line("parameters"))")
            #expect(
                line("data").contains("36 training and 9 validation images, 3 classes"), "\(line("data"))")
            #expect(line("steps").contains("9 per epoch, 27 in all"), "\(line("steps"))")
            #expect(line("memory").contains("GiB"), "\(line("memory"))")
            #expect(line("arithmetic").contains("GFLOP"), "\(line("arithmetic"))")
            #expect(line("learning_rate").contains("0.01"), "\(line("learning_rate"))")
        }

        @Test func whatIsWrongIsSaidOnStandardError() async throws {
            let program = try await Program.run(
                "validate", try write("dataset: \(place.images)\nbatch_size: many\n"))
            #expect(program.end == .exited(65))
            #expect(program.output == "")
            for part in ["check.yml", "2", "batch_size", "many"] {
                #expect(program.errorOutput.contains(part), "\(program.errorOutput)")
            }
        }

        /// A name that was mistyped is no fault of the machine's, which would be tried again.
        @Test(arguments: ["validate", "train"]) func aFileThatIsNotThereIsBadInput(_ command: String)
            async throws
        {
            let program = try await Program.run(command, place.folder.path.appending("absent.yml").string)
            #expect(program.end == .exited(65), "\(program.output)\(program.errorOutput)")
            #expect((program.output + program.errorOutput).contains("absent.yml: does not exist"))
        }

        /// The job may be for another machine; a folder that is here must be right.
        @Test func dataThatIsNotHereIsNoError() async throws {
            let absent = try await Program.run("validate", try write("dataset: /nowhere/at/all\n"))
            #expect(absent.end == .exited(0), "\(absent.errorOutput)")
            #expect(line("epochs", of: absent).hasSuffix(" 90"))
            #expect(
                absent.output.hasSuffix("\nnote: the data set is not here: /nowhere/at/all\n"),
                "\(absent.output)")
            let broken = try await Program.run("validate", try write("dataset: \(place.folder.path)\n"))
            #expect(broken.end == .exited(65))
            #expect(broken.errorOutput.contains("has no folder train"), "\(broken.errorOutput)")
            let noFolder = try await Program.run(
                "validate", try write("dataset: \(place.folder.path)/check.yml\n"))
            #expect(noFolder.end == .exited(65))
            #expect(noFolder.errorOutput.contains("is a file"), "\(noFolder.errorOutput)")
        }

        @Test func aFolderAndSettingsAreAJobToo() async throws {
            let program = try await Program.run(
                "validate", place.images.string, "--set", "batch_size=4", "--set",
                "schedule.step.every=2 epochs")
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            #expect(line("name", of: program).hasSuffix(" images"))
            #expect(line("dataset", of: program).hasSuffix(" \(place.images)"))
            #expect(line("schedule", of: program).contains("{step: {every: 2 epochs, factor: 0.1}}"))
            #expect(line("steps", of: program).contains("9 per epoch"))
            let wrong = try await Program.run("validate", place.images.string, "--set", "epoch=4")
            #expect(wrong.end == .exited(65))
            #expect(
                wrong.errorOutput == "--set epoch=4: is not a key; did you mean epochs?\n",
                "\(wrong.errorOutput)")
        }

        @Test func severalGetALineEach() async throws {
            let good = try write(place.job.text, "good.yml")
            let bad = try write("dataset: /d\nepoch: 3\n", "bad.yml")
            let away = try write("dataset: /nowhere/at/all\n", "away.yml")
            let program = try await Program.run("validate", good, bad, away)
            #expect(program.end == .exited(65))
            #expect(
                program.output == """
                    \(good): a valid job with 36 training images of 3 classes
                    \(away): a valid job; the data set is not here: /nowhere/at/all

                    """)
            #expect(program.errorOutput == "\(bad):2: epoch: is not a key; did you mean epochs?\n")
            let here = try await Program.run("validate", good, away, "--set", "dataset=\(place.images)")
            #expect(here.end == .exited(0))
            #expect(here.output.contains("\(away): a valid job with 36 training images of 3 classes\n"))
        }

        /// The examples lie side by side.
        @Test func theDaemonsSettingsAreCheckedAsSuch() async throws {
            let settings = try await Program.run(
                "validate", try write("stall_timeout: 20m\n", "alexnetd.yml"))
            #expect(settings.end == .exited(0), "\(settings.errorOutput)")
            #expect(line("stall_timeout", of: settings).contains("20m"))
            #expect(settings.output.contains("valid settings of the daemon"))
            let wrong = try await Program.run("validate", try write("stall_timeout: 20\n", "alexnetd.yml"))
            #expect(wrong.end == .exited(78))
            #expect(wrong.errorOutput.contains("alexnetd.yml:1: stall_timeout: "), "\(wrong.errorOutput)")
            let neither = try await Program.run("validate", try write("epochs: 3\n"))
            #expect(neither.end == .exited(65))
            #expect(neither.errorOutput.contains("dataset: is missing"), "\(neither.errorOutput)")
        }

        @Test func everyExampleIsValid() async throws {
            let source = URL(fileURLWithPath: #filePath)
            let configs = source.deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("configs")
            let files = try FileManager.default.contentsOfDirectory(atPath: configs.path).filter {
                $0.hasSuffix(".yml")
            }
            #expect(files.count >= 3)
            // Whatever lies in /data here.
            let program = try Program(
                ["validate", "--set", "dataset=/nowhere/at/all"]
                    + files.map { configs.appendingPathComponent($0).path })
            #expect(try await program.end() == .exited(0), "\(program.errorOutput)")
            #expect(program.output.split(separator: "\n").count == files.count)
        }
    }
}
