// TensorBoards that watch a run from before its first point, one with each loader, while it is killed and goes on: after
// each attempt they show what is on the disk, each point once, and in the end what a fresh one shows.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(
        .enabled(if: FaultLibrary.isPossible, "needs a C compiler"),
        .enabled(if: TensorBoardCheck.isPossible, "needs TensorBoard: PYTHON, a Python that has it"))
    struct LiveTensorBoardTests {
        @Test func whoeverWatchedSeesEachPointOnce() async throws {
            let reference = try Workplace()
            let job = reference.job.with("checkpoint", "{every: 1 epoch, keep: 1}")
            try await reference.trained(job)
            let place = try Workplace(sharing: reference)
            try FileManager.default.createDirectory(
                atPath: place.root.runs.string, withIntermediateDirectories: true)
            let watch = try TensorBoardWatch(place.root.runs)
            // Points ahead of the first checkpoint; ahead of the second.
            let kills = ["step-00000009", "step-00000018"].map {
                [Faults.Rule(calls: "mkdir", path: ".tmp-\($0)", effect: .kill)]
            }
            for rules in kills {
                let program = try await place.trained(job, with: Faults(rules: rules))
                #expect(program.end == .killed(SIGKILL), "\(program.output)")
                #expect(try await watch.differences() == "", "\(rules)")
            }
            // Half of what is written.
            let torn = [
                Faults.Rule(calls: "write", path: "tfevents", effect: .short),
                Faults.Rule(calls: "write", path: "tfevents", effect: .kill, first: 2),
            ]
            #expect(try await place.trained(job, with: Faults(rules: torn)).end == .killed(SIGKILL))
            let differences = try await watch.differences()
            #expect(differences.contains("torn record") && !differences.contains("\n"), "\(differences)")
            #expect(try await place.trained(job).end == .exited(0))
            #expect(try await watch.differences() == "")
            try expectSame(place.run(), as: reference.run())
            let fresh = try await TensorBoardCheck.run(place.root.runs, sameAs: reference.root.runs)
            #expect(fresh.end == .exited(0), "\(fresh.output)\(fresh.errorOutput)")
            print("live: \(kills.count + 1) kills; \(fresh.output)", terminator: "")
        }
    }
}

/// tensorboard_live.py at work on a folder of runs.
private final class TensorBoardWatch {
    private let questions: TemporaryFolder
    private let program: Program
    private var asked = 0

    init(_ runs: FilePath) throws {
        questions = try TemporaryFolder()
        program = try TensorBoardCheck.watch(runs, questions: questions.path)
    }

    deinit {
        _ = try? questions.write([], to: "end")
        // Its servers end with it, each in its own time.
        try? eventually("the servers end", within: 30) { !program.isRunning }
    }

    /// What the servers do not show as the disk has it.
    func differences() async throws -> String {
        asked += 1
        try questions.write([], to: "\(asked)")
        let answer = questions.path.appending("\(asked).answer").string
        try eventually("the servers answer: \(program.errorOutput)", within: 120) {
            FileManager.default.fileExists(atPath: answer) || !program.isRunning
        }
        return try String(contentsOfFile: answer, encoding: .utf8)
    }
}
