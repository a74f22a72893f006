// Jobs that cannot be trained: each ends in failed/ with a reason that a person can act on, and holds nobody up.

import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct BadJobTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        /// Drops jobs, and waits until each has ended somewhere.
        func serve(_ jobs: [(name: String, text: String)]) async throws {
            let daemon = try place.serve()
            try eventually("the job folder is there") { place.exists(place.root.jobs) }
            for job in jobs { try place.drop(job.text, "\(job.name).yml") }
            let ends = [place.root.done, place.root.failed]
            for job in jobs {
                try eventually("\(job.name) ends: \(daemon.errorOutput)") {
                    ends.contains { place.exists($0.appending("\(job.name).yml")) }
                }
            }
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0))
        }

        func reason(_ name: String) -> String { place.text(place.root.failed.appending("\(name).error.txt")) }

        @Test func eachSaysWhyAndTheGoodOneBehindThemTrains() async throws {
            let oneClass = place.folder.path.appending("one")
            for split in ["train", "val"] {
                try FileManager.default.createDirectory(
                    atPath: oneClass.appending(split).string, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: place.images.appending("\(split)/checkers").string,
                    toPath: oneClass.appending("\(split)/checkers").string)
            }
            let job = place.job.with("epochs", "1")
            try await serve([
                ("unknown-key", "dataset: \(place.images)\nlearning_rat: 0.1\n"),
                ("no-data", job.with("dataset", "/nowhere/at/all").text),
                ("one-class", job.with("dataset", oneClass.string).text),
                ("too-fast", job.exploding.text),
                ("good", job.text),
            ])
            for part in ["unknown-key.yml", "2", "learning_rat", "learning_rate"] {
                #expect(reason("unknown-key").contains(part), "\(reason("unknown-key"))")
            }
            #expect(reason("no-data").contains("/nowhere/at/all"), "\(reason("no-data"))")
            #expect(reason("one-class").contains("only the class folder checkers"), "\(reason("one-class"))")
            for part in [
                "not a finite number", "100.0", "a learning rate of 10.0", "another name", "warm-up",
            ] {
                #expect(reason("too-fast").contains(part), "\(reason("too-fast"))")
            }
            for name in ["no-data", "one-class", "too-fast"] {
                #expect(reason(name).contains("Once that is mended, move"), "\(reason(name))")
            }
            #expect(place.exists(place.root.done.appending("good.yml")))
            #expect(place.status("too-fast")?.attempt == 1, "it is not tried again")
        }

        @Test func damagedImagesAreNamed() async throws {
            let bad = "train/checkers/0003.jpg"
            try Data("no picture".utf8).write(to: URL(fileURLWithPath: place.images.appending(bad).string))
            try await serve([("damaged", place.job.text)])
            #expect(reason("damaged").contains(bad), "\(reason("damaged"))")
            #expect(reason("damaged").contains("1 of 36 images to be trained on"), "\(reason("damaged"))")
        }

        /// Nine steps per epoch: a step finds it. Two, or one: the first evaluation, or the second.
        @Test(arguments: ["4", "18", "36"])
        func aLossThatIsNotFiniteEndsTheRun(_ batchSize: String) async throws {
            let job = place.job.exploding.with("batch_size", batchSize).with("epochs", "40")
            let program = try await place.trained(job)
            #expect(program.end == .exited(65), "\(program.output)")
            #expect(program.output.contains("not a finite number"), "\(program.output)")
            let isFoundByAnEvaluation = program.output.contains("the validation loss after step 2")
            #expect(isFoundByAnEvaluation == (batchSize != "4"), "\(program.output)")
            for step in try place.store().steps() { #expect(try place.store().verified(step) != nil) }
            #expect(try !RunCurves(place.run()).computed.isEmpty, "the last points are the ones to see")
        }
    }
}

extension SmallJob {
    /// A decay that multiplies every weight by about −90 in each step.
    fileprivate var exploding: SmallJob { with("learning_rate", "100").with("weight_decay", "0.9") }
}
