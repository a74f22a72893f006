// alexnetd submit: what is checked, and what comes to lie in jobs/.

import Foundation
import Jobs
import SystemPackage
import Testing

extension WholeProgram {
    @Suite struct SubmitTests {
        let place: PreparedFolder
        let data: Workplace

        init() throws {
            place = try PreparedFolder()
            data = try Workplace()
        }

        func write(_ text: String, _ name: String) throws -> FilePath {
            let file = data.folder.path.appending(name)
            try text.write(toFile: file.string, atomically: true, encoding: .utf8)
            return file
        }

        @Test func theDroppedFileIsForTheGroupWhateverTheUmask() async throws {
            let file = try write(data.job.text, "a.yml")
            chmod(file.string, 0o600)
            let program = try await place.shell("umask 077; alexnetd submit '\(file)'")
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            #expect(program.output.hasPrefix("a: queued; next; no daemon serves "), "\(program.output)")
            let dropped = place.root.jobs.appending("a.yml")
            #expect(try dropped.stat().permissions.rawValue & 0o777 == 0o664)
            #expect(place.text(dropped) == data.job.text)
            let names = try FileManager.default.contentsOfDirectory(atPath: place.root.jobs.string)
            #expect(names.filter { $0.hasPrefix(".") } == [])

            let again = try await place.run("submit", file.string)
            #expect(again.end == .exited(65))
            #expect(again.errorOutput.contains("jobs/a.yml, which waits"), "\(again.errorOutput)")
            #expect(again.errorOutput.contains("another name"))
        }

        @Test func aNameMayBeGiven() async throws {
            let (text, json) = (
                try write(data.job.text, "note.txt"), try write(#"{"dataset": "\#(data.images)"}"#, "b.json")
            )
            #expect(try await place.run("submit", text.string).end == .exited(65))
            #expect(try await place.run("submit", text.string, "--name", "a").end == .exited(0))
            #expect(try await place.run("submit", json.string, "--name", "c.d").end == .exited(0))
            #expect(place.exists("", "a.yml") && place.exists("", "c.d.json"))
            #expect(try await place.run("submit", json.string, "--name", "e.yml").end == .exited(65))
            for name in ["../x", "", "..", "ä", "a/b", String(repeating: "a", count: 200)] {
                let program = try await place.run("submit", text.string, "--name", name)
                #expect(program.end == .exited(65), "\(name)")
                #expect(program.errorOutput.contains("letters, digits"), "\(program.errorOutput)")
            }
            let two = try await place.run("submit", text.string, json.string, "--name", "f")
            #expect(two.end == .exited(64))
        }

        @Test func whatTheDaemonWouldRefuseIsNotDropped() async throws {
            let cases = [
                ("dataset: relative\n", "bad.yml:1: dataset: \"relative\" is a relative path"),
                ("dataset: /nowhere\n", "/nowhere"), ("epochs: 3\n", "dataset"),
                ("dataset: \(data.images)\nepoch: 3\n", "did you mean epochs?"), ("", "is empty"),
                (String(repeating: "#", count: 2 << 20), "at most"),
            ]
            for (text, answer) in cases {
                let program = try await place.run("submit", try write(text, "bad.yml").string)
                #expect(program.end == .exited(65))
                #expect(program.errorOutput.contains(answer), "\(program.errorOutput)")
            }
            #expect(try await place.run("submit", "/dev/null", "--name", "a").end == .exited(65))
            #expect(try await place.run("submit", "nowhere.yml").end == .exited(65))
            let names = try FileManager.default.contentsOfDirectory(atPath: place.root.jobs.string)
            #expect(names.filter { $0.hasSuffix(".yml") || $0.hasPrefix(".") } == [])
        }

        @Test func oneBadFileDoesNotHoldUpTheOthers() async throws {
            let (bad, good) = (try write("dataset: x", "bad.yml"), try write(data.job.text, "good.yml"))
            let program = try await place.run("submit", bad.string, good.string)
            #expect(program.end == .exited(65))
            #expect(place.exists("", "good.yml") && !place.exists("", "bad.yml"))
        }

        @Test func aRunThatIsOverGoesOnAndOnlyAsItWas() async throws {
            #expect(try await data.trained(data.job.with("epochs", "1"), "a").end == .exited(0))
            try FileManager.default.removeItem(atPath: place.root.runs.string)
            try FileManager.default.copyItem(atPath: data.root.runs.string, toPath: place.root.runs.string)
            try place.put("a.yml", "done")
            let other = try write(data.job.with("batch_size", "5").text, "a.yml")
            let refused = try await place.run("submit", other.string)
            #expect(refused.end == .exited(65))
            #expect(refused.errorOutput.contains("batch_size: 4 before, 5 now"), "\(refused.errorOutput)")
            let more = try write(data.job.with("epochs", "2").text, "a.yml")
            let program = try await place.run("submit", more.string)
            #expect(program.output.contains("goes on from the checkpoint of step 9"), "\(program.output)")
        }
    }
}
