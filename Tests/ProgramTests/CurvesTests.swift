// `alexnetd curves`: what a person sees in a pipe, and what another program gets.

import Foundation
import SystemPackage
import TensorBoard
import Testing

extension WholeProgram {
    @Suite struct CurvesTests {
        let place: Workplace

        init() throws {
            place = try Workplace()
            try write("first", 1)
            try write("second", 2)
        }

        /// A run's curves as its worker writes them.
        func write(_ name: String, _ scale: Double) throws {
            let folder = place.run(name).path
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
            let log = try RunLog(folder: folder, resumingAfter: 0) { _ in }
            for step in 1...100 {
                try log.scalar("loss/train", scale / Double(step), step: step)
                try log.scalar("learning_rate", 0.01, step: step)
                try log.scalar("odd, \"tag\"", step == 5 ? .nan : 1 / 3, step: step)
                if step % 20 == 0 {
                    try log.scalar("loss/validation", 1.5 * scale / Double(step), step: step)
                }
            }
            try log.close()
        }

        func curves(_ arguments: String..., environment: [String: String] = ["LC_ALL": "C.UTF-8"])
            async throws
            -> Program
        {
            let program = try Program(
                ["curves", "--root", place.root.path.string] + arguments, environment: environment)
            try await program.end()
            return program
        }

        @Test func theMainCurvesAreDrawn() async throws {
            let program = try await curves("first")
            #expect(program.end == .exited(0), "\(program.errorOutput)")
            let lines = program.output.split(separator: "\n")
            for part in ["  first: loss", "  first: learning_rate"] {
                #expect(lines.contains { $0 == part }, "\(program.output)")
            }
            #expect(lines.contains { $0.hasPrefix("  a  train       last 0.01 ") }, "\(program.output)")
            #expect(lines.contains { $0.hasPrefix("  b  validation  last 0.015") }, "\(program.output)")
            #expect(!program.output.contains("odd") && !program.output.contains("\u{1B}"))
            #expect(lines.allSatisfy { $0.count <= 80 })
            #expect(program.errorOutput == "")
        }

        @Test func severalRunsShareAChart() async throws {
            let program = try await curves(
                "first", "second", "--tag", "loss", "--width", "120", "--x", "time")
            for name in ["first train", "first validation", "second train", "second validation"] {
                #expect(program.output.contains(name), "\(program.output)")
            }
            #expect(program.output.split(separator: "\n").count { $0 == "  loss" } == 1)
        }

        /// By the curve of epochs that other programs write.
        @Test func theAxisMayBeEpochs() async throws {
            let folder = place.run("third").path
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
            let log = try RunLog(folder: folder, resumingAfter: 0) { _ in }
            for step in 1...100 {
                try log.scalar("epoch", Double((step - 1) / 25), step: step)
                try log.scalar("loss/train", 1 / Double(step), step: step)
            }
            try log.close()
            let program = try await curves("third", "--tag", "loss/train", "--x", "epoch")
            #expect(program.output.contains("\nepoch  0 "), "\(program.output)")
            #expect(program.output.contains("min 0.01 at 3.96"), "\(program.output)")
        }

        @Test func withoutUTF8ThereIsASCII() async throws {
            for environment in [["LC_ALL": "C"], ["LC_ALL": "", "LC_CTYPE": "", "LANG": ""]] {
                let program = try await curves("first", environment: environment)
                #expect(program.end == .exited(0))
                #expect(program.output.allSatisfy { $0.isASCII }, "\(program.output)")
            }
        }

        @Test func csvHasEveryPointExactly() async throws {
            let program = try await curves("second", "first", "--csv")
            let lines = program.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 1 + 2 * 305)
            #expect(lines[0] == "run,tag,step,wall_time,value")
            #expect(lines[1].hasPrefix("second,learning_rate,1,"))
            #expect(lines[1].hasSuffix(",0.01"))
            let odd = lines.filter { $0.hasPrefix("first,\"odd, \"\"tag\"\"\",") }
            #expect(odd.count == 100)
            #expect(odd[3].hasSuffix(",0.33333334") && odd[4].hasSuffix(",nan"))
            let curve = try TensorBoard.RunCurves(folder: place.run("first").path)[tag: "loss/train"]
            let loss = lines.filter { $0.hasPrefix("first,loss/train,") }.map { $0.split(separator: ",") }
            #expect(loss.map { Int($0[2]) } == curve?.steps)
            #expect(loss.map { Double($0[3]) } == curve?.wallTimes)
            #expect(loss.map { Float($0[4]).map(Double.init) } == curve?.values)
        }

        @Test func jsonHasTheSame() async throws {
            struct Row: Decodable {
                let run: String
                let tag: String
                let steps: [Int]
                let wallTimes: [Double]
                let values: [Double]
            }
            let program = try await curves("first", "--json", "--tag", "l*")
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let rows = try decoder.decode([Row].self, from: Data(program.output.utf8))
            #expect(rows.map(\.tag) == ["learning_rate", "loss/train", "loss/validation"])
            let curves = try TensorBoard.RunCurves(folder: place.run("first").path)
            for row in rows {
                let curve = try #require(curves[tag: row.tag])
                #expect(row.run == "first" && row.steps == curve.steps && row.wallTimes == curve.wallTimes)
                #expect(row.values.map { Float($0) } == curve.values.map { Float($0) })
            }
            let odd = try await self.curves("first", "--json", "--tag", "odd*")
            #expect(odd.output.contains(#""nan""#) && odd.output.contains(#""tag":"odd, \"tag\"""#))
        }

        @Test func tagsAreListed() async throws {
            let program = try await curves(place.run("first").path.string, "--list")
            let rows = program.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(rows[0] == ["TAG", "POINTS", "FIRST", "LAST", "LAST", "VALUE"])
            #expect(rows.contains(["loss/validation", "5", "20", "100", "0.015"]), "\(program.output)")
        }

        @Test func whatIsDamagedIsSaidInOneLine() async throws {
            let folder = place.run("first").path
            let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.string).first)
            let path = folder.appending(file)
            let size = try Data(contentsOf: URL(fileURLWithPath: path.string)).count
            #expect(truncate(path.string, size - 5) == 0)
            let program = try await curves("first", "--csv")
            #expect(program.end == .exited(0))
            #expect(program.output.split(separator: "\n").count > 300)
            #expect(program.errorOutput.split(separator: "\n").count == 1)
            #expect(program.errorOutput.contains("\(path): ends in a torn record at byte"))
        }

        @Test func aMistakeIsAnsweredWithWhatThereIs() async throws {
            let empty = place.folder.path.appending("empty")
            try FileManager.default.createDirectory(atPath: empty.string, withIntermediateDirectories: true)
            let mistakes: [([String], [String])] = [
                (["frist"], ["there is no run frist", "nearest: first, second"]),
                (["first", "--tag", "los/train"], ["no tag matches los/train", "nearest: loss/train"]),
                ([place.root.runs.string], ["no event files", "\(place.run("first").path)"]),
                ([empty.string], ["no event files in \(empty)"]),
                (["first", "--x", "epoch"], ["epoch of first", "--x step"]),
                (["first", "--csv", "--json"], ["exclude one another"]),
                (["first", "--watch"], ["--watch needs a terminal"]),
                (["first", "--smooth", "1"], ["--smooth is 0 to below 1"]),
            ]
            for (arguments, parts) in mistakes {
                let program = try Program(["curves", "--root", place.root.path.string] + arguments)
                #expect(try await program.end() == .exited(64), "\(arguments)")
                #expect(program.output == "")
                for part in parts {
                    #expect(program.errorOutput.contains(part), "\(arguments): \(program.errorOutput)")
                }
            }
        }
    }
}
