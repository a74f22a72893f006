// A trained network used from the command line: evaluate, classify, preview, and what they say to bad input.

import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct PredictionTests {
        let place: Workplace

        /// A run that is done.
        init() async throws {
            place = try Workplace()
            let training = try await place.trained(place.job.with("epochs", "1"))
            try #require(training.end == .exited(0), "\(training.errorOutput)")
        }

        private func run(_ arguments: String...) async throws -> Program {
            let program = try Program(arguments + ["--root", place.root.path.string])
            try await program.end()
            return program
        }

        private func object(_ program: Program) throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
        }

        @Test func evaluateForPeopleAndPrograms() async throws {
            let text = try await run("evaluate", "net")
            #expect(text.end == .exited(0), "\(text.errorOutput)")
            #expect(text.output.contains("9 validation images, 1 view"))
            #expect(text.output.contains("top-1 error"))

            let json = try object(
                try await run("evaluate", "net", "--views", "10", "--split", "train", "--json"))
            #expect(json["images"] as? Int == 36)
            #expect(json["views"] as? Int == 10)
            let confusion = try #require(json["confusion"] as? [[Int]])
            #expect(confusion.map { $0.reduce(0, +) } == [12, 12, 12])
            #expect((json["classes"] as? [[String: Any]])?.count == 3)
            #expect(json["step"] as? Int == place.status()?.step)
        }

        @Test func evaluateSaysWhatIsMissing() async throws {
            let unknown = try await run("evaluate", "nett")
            #expect(unknown.end == .exited(64) && unknown.errorOutput.contains("nearest: net"))
            let split = try await run("evaluate", "net", "--split", "test")
            #expect(split.end == .exited(65) && split.errorOutput.contains("no test images"))
            let step = try await run("evaluate", "net", "--checkpoint", "77")
            #expect(step.end == .exited(65) && step.errorOutput.contains("no checkpoint of step 77"))
            let data = try await run("evaluate", "net", "--data", "/nonexistent")
            #expect(data.end == .exited(65) && data.errorOutput.contains("/nonexistent"))
        }

        @Test func classifyFilesFoldersAndBadImages() async throws {
            let bad = place.folder.path.appending("bad.jpg")
            try Data("GIF89a".utf8).write(to: URL(filePath: bad.string))
            let folder = place.images.appending("val").string
            let program = try await run("classify", "net", bad.string, folder, "/no/such.jpg", "-k", "2")
            #expect(program.end == .exited(65))
            #expect(program.errorOutput.contains("bad.jpg: Not a JPEG or PNG image but GIF"))
            #expect(program.errorOutput.contains("/no/such.jpg: is not there"))
            let lines = program.output.split(separator: "\n")
            #expect(lines.count { $0.hasSuffix(".jpg") } == 9)
            #expect(lines.count { $0.contains(" % ") } == 18)

            let good = try await run("classify", "net", folder, "--json", "--views", "10")
            #expect(good.end == .exited(0), "\(good.errorOutput)")
            let entries = try #require(
                JSONSerialization.jsonObject(with: Data(good.output.utf8)) as? [[String: Any]])
            #expect(entries.count == 9)
            for entry in entries {
                let predictions = try #require(entry["predictions"] as? [[String: Any]])
                let sum = predictions.reduce(0.0) { $0 + ($1["probability"] as? Double ?? 0) }
                #expect(predictions.count == 3 && abs(sum - 1) < 1e-9)
            }
        }

        @Test func classifyWithBareWeights() async throws {
            let checkpoint = try #require(try place.store().steps().last)
            let name = "step-" + String(repeating: "0", count: 8 - "\(checkpoint)".count) + "\(checkpoint)"
            let weights = place.folder.path.appending("bare.safetensors")
            try FileManager.default.copyItem(
                atPath: place.run().checkpoints.appending("\(name)/model.safetensors").string,
                toPath: weights.string)
            let image = place.images.appending("val").string
            let nameless = try await run("classify", weights.string, image)
            #expect(nameless.end == .exited(64) && nameless.errorOutput.contains("--classes FILE"))
            let classes = place.folder.path.appending("classes.txt")
            try Data("one\ntwo\nthree\n".utf8).write(to: URL(filePath: classes.string))
            let bare = try await run("classify", weights.string, image, "--classes", classes.string)
            #expect(bare.end == .exited(64) && bare.errorOutput.contains("--normalize imagenet"))
            let whole = try await run(
                "classify", weights.string, image, "--classes", classes.string, "--normalize", "imagenet")
            #expect(whole.end == .exited(0), "\(whole.errorOutput)")
            #expect(whole.output.contains(" %  two"))
            let exported = place.folder.path.appending("net.pth").string
            #expect(try await run("export", "net", "--output", exported).end == .exited(0))
            let pickled = try await run("classify", exported, image)
            #expect(pickled.end == .exited(64), "\(pickled.errorOutput)")
            #expect(pickled.errorOutput.contains("alexnetd import \(exported)"), "\(pickled.errorOutput)")
            let other = try await run("classify", "net", image, "--model", "torchvision")
            #expect(other.end == .exited(64) && other.errorOutput.contains("weights alone"))
        }

        @Test func previewDrawsTheSheet() async throws {
            let job = place.folder.path.appending("look.yml")
            let augment = "[random_resized_crop, rotate, flip, {color_jitter: {hue: 0.5}}]"
            try (place.job.with("augment", augment)).text.write(
                toFile: job.string, atomically: true, encoding: .utf8)
            let sheet = place.folder.path.appending("sheet.png")
            let program = try await run(
                "preview", job.string, "--png", sheet.string, "--samples", "3", "--epochs", "2")
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            #expect(program.output.contains("random_resized_crop: {scale: [0.08, 1.0]"))
            #expect(program.output.contains("row 3: "))
            let bytes = try Data(contentsOf: URL(filePath: sheet.string))
            #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]))
        }
    }
}
