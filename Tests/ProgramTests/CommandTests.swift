// Command lines as such, and `jobs`.

import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct CommandTests {
        let place: Workplace

        init() throws { place = try Workplace() }

        @Test(arguments: [
            ["time", "--batch", "9223372036854775807"], ["time", "--classes", "9223372036854775807"],
            ["time", "--threads", "0"], ["time", "--steps", "0"], ["serve", "--root", ""], ["train"],
            ["validate"], ["train", "a.yml", "--set"],
        ])
        func optionsOutOfRangeAreAnswered(_ arguments: [String]) async throws {
            let program = try Program(arguments)
            #expect(try await program.end() == .exited(64), "\(program.errorOutput)")
            #expect(program.errorOutput.hasPrefix("Error: "), "\(program.errorOutput)")
        }

        @Test func aRootMustBeAFolder() async throws {
            let file = place.folder.path.appending("file")
            try Data().write(to: URL(fileURLWithPath: file.string))
            for command in [["serve", "--root"], ["demo", "--keep"]] {
                let program = try Program(command + [file.string])
                #expect(try await program.end() != .exited(0))
                #expect(program.errorOutput.contains("\(file)"), "\(program.errorOutput)")
                #expect(program.errorOutput.contains("Not a directory"), "\(program.errorOutput)")
            }
        }

        @Test func theDemoLeavesAFullFolderAlone() async throws {
            let program = try await Program.run("demo", "--keep", place.images.string)
            #expect(program.end == .exited(64))
            #expect(program.errorOutput.contains("is not empty"), "\(program.errorOutput)")
            #expect(place.exists(place.images.appending("train")))
        }

        @Test func jobsListsWhereEachJobIs() async throws {
            struct Row: Decodable {
                let name: String
                let state: String
                let step: Int?
                let message: String?
            }
            func rows() async throws -> [String: Row] {
                let program = try await Program.run("jobs", "--json", "--root", place.root.path.string)
                #expect(program.end == .exited(0), "\(program.errorOutput)")
                let rows = try JSONDecoder().decode([Row].self, from: Data(program.output.utf8))
                return Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
            }
            let daemon = try place.serve()
            try eventually("the job folder is there") { place.exists(place.root.jobs) }
            try place.drop("dataset: relative\n", "bad.yml")
            try place.drop(place.job.with("epochs", "1").text, "short.yml")
            try eventually("the short job is done, the bad one refused") {
                place.exists(place.root.done.appending("short.yml"))
                    && place.exists(place.root.failed.appending("bad.error.txt"))
            }
            try place.drop(place.job.with("epochs", "1000").text, "long.yml")
            try eventually("the long job trains") { place.status("long")?.step ?? 0 > 0 }
            try place.drop(place.job.text, "next.yml")

            let found = try await rows()
            #expect(found["bad"]?.state == "failed")
            #expect(found["bad"]?.message?.contains("relative") == true)
            #expect(found["short"]?.state == "done")
            #expect(found["short"]?.step == 9)
            #expect(["training", "evaluating"].contains(found["long"]?.state))
            #expect(found["next"]?.state == "queued")
            daemon.signal(SIGTERM)
            #expect(try await daemon.end() == .exited(0))
            #expect(try await rows()["long"]?.state == "stopped")
        }
    }
}
