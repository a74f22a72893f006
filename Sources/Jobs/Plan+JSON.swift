// A plan as JSON: runs/NAME/plan.json and every checkpoint's copy of it. It is a job file in which every key is given, so
// the job files' reader reads it back.

internal import Files
package import Foundation
package import SystemPackage

extension Plan {
    /// Keys sorted, one per line: equal plans are equal bytes.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let fields = PlanField.all.map { (key: $0.key, value: $0.value(self)) }
        return try encoder.encode(PlanValue.mapping(fields)) + Data("\n".utf8)
    }

    /// - Parameter name: the run's; a plan lies in its run's folder and does not repeat it.
    /// - Throws: as a job file.
    package init(json: Data, name: String) throws(JobError) {
        self = try JobSpec(bytes: Array(json), file: "plan.json").plan(
            name: name, relativeTo: nil, on: nil)
    }

    /// Replaces `path`, whole or not at all, and on disk when it returns.
    package func write(to path: FilePath) throws(JobError) {
        do {
            try path.replaceContents(with: try json(), durable: true)
        } catch {
            throw JobError(
                .runFile, "the plan cannot be written; check space and permissions", file: path.string,
                cause: error)
        }
    }

    /// The plan of a run's last attempt; nil where there is none that can be understood.
    package static func load(_ run: RunFolder) -> Plan? {
        guard let data = try? run.plan.contentsIfPresent() else { return nil }
        return try? Plan(json: data, name: run.name)
    }
}
