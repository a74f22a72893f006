// $PYTHON names the interpreter, python3 otherwise.

import Foundation

enum Python {
    private static let interpreter = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

    /// Whether the script ends well.
    static func run(_ script: String, _ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [interpreter, "-c", script] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    static let hasTorch = run("import torch")
}
