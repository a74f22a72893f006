// A process of the program under test. What it prints goes to a file; it is killed when nobody wants it any more.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

final class Program {
    /// How a process ended.
    enum End: Hashable {
        case exited(Int32)
        case killed(Int32)
    }

    /// `alexnetd` lies beside the bundle of these tests, which is the process that they run in.
    static let alexnetd: FilePath = {
        let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return FilePath(bundle ?? "/").removingLastComponent().appending("alexnetd")
    }()

    private let process = Process()
    private let printed: TemporaryFolder
    private var outputFile: FilePath { printed.path.appending("stdout") }
    private var errorFile: FilePath { printed.path.appending("stderr") }

    /// Starts it.
    /// On the CPU, whatever this machine has.
    /// - Parameter environment: added to the tests' own.
    init(
        _ arguments: [String], executable: FilePath = Program.alexnetd, environment: [String: String] = [:]
    ) throws {
        printed = try TemporaryFolder()
        process.executableURL = URL(fileURLWithPath: executable.string)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["ALEXNETD_CUDA_LIBRARIES": "/nowhere"]) { $1 }
            .merging(environment) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: printed.path.string)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.created(outputFile)
        process.standardError = try Self.created(errorFile)
        try process.run()
    }

    deinit { if isRunning { signal(SIGKILL) } }

    /// Runs it to its end.
    static func run(_ arguments: String..., within seconds: Double = 120) async throws -> Program {
        let program = try Program(arguments)
        _ = try await program.end(within: seconds)
        return program
    }

    var pid: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    func signal(_ signal: Int32) { kill(pid, signal) }

    /// Waits for its end.
    @discardableResult
    func end(within seconds: Double = 120) async throws -> End {
        try eventually("the program ends", within: seconds) { !isRunning }
        return end
    }

    /// Of a process that has ended.
    var end: End {
        let status = process.terminationStatus
        return process.terminationReason == .exit ? .exited(status) : .killed(status)
    }

    var output: String { (try? String(contentsOfFile: outputFile.string, encoding: .utf8)) ?? "" }
    var errorOutput: String { (try? String(contentsOfFile: errorFile.string, encoding: .utf8)) ?? "" }

    private static func created(_ path: FilePath) throws -> FileHandle {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
        return FileHandle(fileDescriptor: file.rawValue, closeOnDealloc: true)
    }
}
