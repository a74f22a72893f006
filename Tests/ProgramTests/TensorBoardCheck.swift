// tensorboard_check.py and tensorboard_live.py, where there is a Python that has TensorBoard.

import Foundation
import SystemPackage

enum TensorBoardCheck {
    private static let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
    private static let scripts = FilePath(#filePath).removingLastComponent()

    static let isPossible: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, "-c", "import tensorboard"]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    static func run(_ runs: FilePath, sameAs reference: FilePath) async throws -> Program {
        let program = try Program(
            [
                python, scripts.appending("tensorboard_check.py").string, runs.string, "--same-as",
                reference.string,
            ], executable: "/usr/bin/env")
        try await program.end(within: 300)
        return program
    }

    /// Two live servers; how to ask them stands in the script.
    static func watch(_ runs: FilePath, questions: FilePath) throws -> Program {
        try Program(
            [python, scripts.appending("tensorboard_live.py").string, runs.string, questions.string],
            executable: "/usr/bin/env")
    }
}
