// --root, which every command takes.

import ArgumentParser
import Foundation
import Jobs
import SystemPackage

struct RootOptions: ParsableArguments {
    @Option(
        name: .customLong("root"),
        help: ArgumentHelp(
            "The folder of jobs and runs (default: $ALEXNETD_ROOT, else ./alexnetd).", valueName: "dir"))
    var path: String?

    func validate() throws {
        if path?.isEmpty == true { throw ValidationError("--root is empty; give it a folder") }
    }

    /// Absolute, so that it means the same to a worker.
    var folder: RootFolder {
        let environment = ProcessInfo.processInfo.environment["ALEXNETD_ROOT"].flatMap {
            $0.isEmpty ? nil : $0
        }
        let written = FilePath(path ?? environment ?? "alexnetd")
        return RootFolder(FilePath.current.pushing(written).lexicallyNormalized())
    }
}

extension FilePath {
    /// The folder that the person is in.
    static var current: FilePath { FilePath(FileManager.default.currentDirectoryPath) }
}
