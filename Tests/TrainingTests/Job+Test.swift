// Jobs for tests, from a job file's text as a user writes it.

import Jobs
import SystemPackage

extension Job {
    /// - Parameter text: a job file without its dataset.
    static func of(_ text: String, dataset: String = "/d", name: String = "net") throws -> Job {
        let bytes = Array("dataset: \(dataset)\n\(text)\n".utf8)
        return try Job(bytes: bytes, FilePath("\(name).yml"), relativeTo: nil)
    }
}
