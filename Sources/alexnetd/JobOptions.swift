// --set, which every command takes that reads a job here and now; and what such a command can be given for a job.

import ArgumentParser
import Foundation
import Jobs
import SystemPackage

struct JobOptions: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A key of the job and its value as a job file has it, before what the file says; may be given again.",
            valueName: "key=value"))
    var settings: [String] = []

    /// - Parameters:
    ///   - spec: a job file, or the folder of a data set, which is a job in which all else has its default.
    ///   - name: the run's, where it is not to be the file's or the folder's.
    ///   - place: nil for a job that is not to be carried out here.
    func read(_ spec: String, as name: String? = nil, _ place: Job.Place? = nil) throws -> Job {
        let settings = try settings.map { try JobSetting($0) }
        guard Self.isFolder(spec) else {
            return try Job(FilePath(spec), relativeTo: .current, name: name, settings: settings, place)
        }
        let folder = FilePath.current.pushing(FilePath(spec)).lexicallyNormalized()
        return try Job(dataset: folder, relativeTo: .current, name: name, settings: settings, place)
    }

    static func isFolder(_ spec: String) -> Bool { (try? FilePath(spec).stat().type) == .directory }
}
