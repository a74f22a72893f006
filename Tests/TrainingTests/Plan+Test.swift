// Plans for tests, from a job file's text as a user writes it.

import Jobs
import SystemPackage

extension Plan {
    /// - Parameter text: a job file without its dataset.
    static func of(_ text: String, dataset: String = "/d", name: String = "net") throws -> Plan {
        let bytes = Array("dataset: \(dataset)\n\(text)\n".utf8)
        return try JobSpec(bytes: bytes, file: "\(name).yml").plan(name: name, relativeTo: nil)
    }
}
