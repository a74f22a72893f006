// A plan as JSON: what `validate` prints, runs/NAME/plan.json and every checkpoint's copy of it.

package import Foundation
package import SystemPackage

extension Plan {
    /// Keys sorted, one per line: equal plans are equal bytes.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    package init(json: Data) throws { self = try JSONDecoder().decode(Self.self, from: json) }

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

    /// The plan stored at `path`; nil if there is none.
    package static func load(_ path: FilePath) throws(JobError) -> Plan? {
        do {
            guard let data = try path.contentsIfPresent() else { return nil }
            return try Plan(json: data)
        } catch {
            throw JobError(
                .runFile, "the plan of this run cannot be read; remove the run's folder to begin it anew",
                file: path.string, cause: error)
        }
    }
}
