// status.json on disk.

internal import Files
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

    /// Puts the status into the file that is there. A reader may see a part of it.
    /// - Throws: `Errno`.
    package func overwrite(_ path: FilePath) throws {
        let bytes = try json()
        let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
        try file.closeAfter {
            try file.writeAll(toAbsoluteOffset: 0, bytes)
            try file.resize(to: Int64(bytes.count))
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
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try encoder.encode(self) + Data("\n".utf8)
    }

    package init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .iso8601
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        self = try decoder.decode(Self.self, from: json)
    }
}
