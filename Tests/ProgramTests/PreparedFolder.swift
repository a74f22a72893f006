// A root whose folders a test fills by hand, as no daemon serves it; and the commands run on it.

import Foundation
import Jobs
import SystemPackage
import TemporaryFolders

final class PreparedFolder {
    private let folder = try? TemporaryFolder()
    let root: RootFolder

    init() throws {
        guard let folder else { throw CocoaError(.fileWriteUnknown) }
        root = RootFolder(folder.path)
        let places = [root.running, root.paused, root.done, root.failed, root.cancelled, root.runs]
        for place in places {
            try FileManager.default.createDirectory(
                atPath: place.string, withIntermediateDirectories: true)
        }
    }

    /// - Parameter place: "" for jobs/ itself.
    /// - Parameter age: seconds since it was written.
    @discardableResult
    func put(_ fileName: String, _ place: String = "", _ text: String = "dataset: /d\n", age: Double = 0)
        throws -> FilePath
    {
        // The file system's clock ticks every few milliseconds: files come one after the other.
        Thread.sleep(forTimeInterval: 0.02)
        let file = root.jobs.appending(place).appending(fileName)
        try text.write(toFile: file.string, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: file.string)
        return file
    }

    func status(_ name: String, _ state: RunStatus.State, _ change: (inout RunStatus) -> Void = { _ in })
        throws
    {
        var status = RunStatus(state: state, attempt: 1)
        change(&status)
        try FileManager.default.createDirectory(
            atPath: root.run(name).path.string, withIntermediateDirectories: true)
        try status.write(to: root.run(name).status)
    }

    func log(_ name: String, _ text: String) throws {
        let run = root.run(name)
        try FileManager.default.createDirectory(atPath: run.path.string, withIntermediateDirectories: true)
        let file = try FileDescriptor.open(
            run.log, .writeOnly, options: [.append, .create], permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }

    func start(_ arguments: String...) throws -> Program {
        try Program(arguments + ["--root", root.path.string])
    }

    func run(_ arguments: String...) async throws -> Program {
        let program = try Program(arguments + ["--root", root.path.string])
        try await program.end()
        return program
    }

    /// Runs a command line of the shell, in which `alexnetd` is the program and $ALEXNETD_ROOT is set.
    func shell(_ line: String) async throws -> Program {
        let program = try Program(
            ["-c", "alexnetd() { '\(Program.alexnetd)' \"$@\"; }; \(line)"], executable: "/bin/sh",
            environment: ["ALEXNETD_ROOT": root.path.string])
        try await program.end()
        return program
    }

    func text(_ path: FilePath) -> String? { try? String(contentsOfFile: path.string, encoding: .utf8) }

    func exists(_ place: String, _ fileName: String) -> Bool {
        FileManager.default.fileExists(atPath: root.jobs.appending(place).appending(fileName).string)
    }
}
