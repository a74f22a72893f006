// The reference implementation reads what we write, and we read what it writes. Skipped where Python's `safetensors`
// and `numpy` are not installed ($PYTHON names the interpreter, python3 otherwise).

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@testable import Checkpoints

private enum Python {
    static let interpreter = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"

    /// Standard output, nil if the script fails.
    static func run(_ script: String, _ arguments: String...) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [interpreter, "-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }

    static let hasSafetensors = run("import safetensors.numpy") != nil
}

@Suite(.enabled(if: Python.hasSafetensors, "Python has no safetensors and numpy"))
struct PythonPeerTests {
    let folder = try! TemporaryFolder()

    @Test func pythonReadsOurs() throws {
        let path = folder.file("ours.safetensors")
        let values = (0..<6).map { Float($0) / 4 }
        try values.withUnsafeBufferPointer {
            try Safetensors.write(
                [Tensor("fc.weight", [2, 3], $0), Tensor("n\"ö", [6], $0)], metadata: ["format": "pt"],
                to: path)
        }
        let script = """
            import sys, safetensors
            with safetensors.safe_open(sys.argv[1], 'np') as f:
                print(f.metadata(), sorted(f.keys()), f.get_tensor('fc.weight').tolist())
            """
        #expect(
            Python.run(script, path.string) == """
                {'format': 'pt'} ['fc.weight', 'n"ö'] [[0.0, 0.25, 0.5], [0.75, 1.0, 1.25]]

                """)
    }

    @Test func weReadPythons() throws {
        let path = folder.file("theirs.safetensors")
        let script = """
            import sys, numpy, safetensors.numpy
            safetensors.numpy.save_file({
                'half': numpy.array([1.5, -2], numpy.float16),
                'full': numpy.arange(6, dtype=numpy.float32).reshape(3, 2)}, sys.argv[1], {'by': 'them'})
            """
        try #require(Python.run(script, path.string) != nil)
        let file = try SafetensorsFile(path)
        #expect(file.metadata == ["by": "them"])
        #expect(file.shape(of: "full") == [3, 2])
        var full = [Float](repeating: -1, count: 6)
        try full.withUnsafeMutableBufferPointer { try file.read("full", into: $0) }
        #expect(full == [0, 1, 2, 3, 4, 5])
        var half: [Float] = [0, 0]
        try half.withUnsafeMutableBufferPointer { try file.read("half", into: $0) }
        #expect(half == [1.5, -2])
    }
}
