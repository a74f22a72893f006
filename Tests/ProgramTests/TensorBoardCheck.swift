// tensorboard_check.py, where there is a Python that has TensorBoard.

import Foundation
import SystemPackage

enum TensorBoardCheck {
    private static let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("tensorboard_check.py").path

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
            [python, script, runs.string, "--same-as", reference.string], executable: "/usr/bin/env")
        try await program.end(within: 300)
        return program
    }
}
