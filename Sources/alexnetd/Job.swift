// A job file as a command line names it: its bytes, and the plan that follows from them.

import Foundation
import Jobs
import SystemPackage

struct Job {
    let bytes: [UInt8]
    let plan: Plan

    /// - Parameter folder: what relative paths in the job begin at; nil refuses them, as for a job that was dropped.
    /// - Throws: `JobError`.
    init(_ path: String, relativeTo folder: FilePath? = .current) throws {
        let path = FilePath(path)
        bytes = try JobFile.read(path)
        let name = try JobName(fileName: path.lastComponent?.string ?? "").stem
        plan = try JobSpec(bytes: bytes, file: path.string).plan(name: name, relativeTo: folder)
    }
}

extension FilePath {
    /// The folder that the person is in.
    static var current: FilePath { FilePath(FileManager.default.currentDirectoryPath) }
}
