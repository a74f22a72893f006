// status.json on disk.

package import Foundation
package import SystemPackage

extension RunStatus {
    /// Replaces the status whole; a reader never sees a part.
    /// - Throws: `runFile`.
    package func write(to path: FilePath) throws(JobError) {
        do {
            try path.replaceContents(with: try json(), durable: false)
        } catch {
            throw JobError(
                .runFile, "the status cannot be written; check space and permissions", file: path.string,
                cause: error)
        }
    }

    /// Nil where there is none, or nothing that can be understood: a status is news, not truth.
    package static func load(_ path: FilePath) -> RunStatus? {
        guard let data = try? path.contentsIfPresent() else { return nil }
        return try? RunStatus(json: data)
    }

    /// One object; dates in ISO 8601; a loss that is not finite as "nan", "inf" or "-inf".
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try encoder.encode(self) + Data("\n".utf8)
    }

    package init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        self = try decoder.decode(Self.self, from: json)
    }
}
