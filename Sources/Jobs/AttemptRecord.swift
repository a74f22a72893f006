// runs/NAME/attempts.json: how often a run was tried, and how often in vain. On disk, so that restarts of the daemon
// neither forget nor count.

internal import Files
internal import Foundation
package import SystemPackage

package struct AttemptRecord: Codable, Hashable, Sendable {
    /// Workers started for this run so far.
    package var attempts = 0
    /// Of these, how many in a row ended in failure without a newer checkpoint.
    package var withoutProgress = 0
    /// Step of the newest checkpoint when the last attempt ended; -1 for none.
    package var step = -1
    /// The uuid of the GPU that the last worker was given; nil for the CPU.
    package var gpu: String?

    private static let most = 1_000_000_000

    package init() {}

    /// - Throws: `runFile`.
    package func write(to path: FilePath) throws(JobError) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            try path.replaceContents(with: try encoder.encode(self) + Data("\n".utf8), durable: true)
        } catch {
            throw JobError(
                .runFile, "the count of attempts cannot be written; check space and permissions",
                file: path.string,
                cause: error)
        }
    }

    /// Nil where there is none that can be understood.
    package static func load(_ path: FilePath) -> AttemptRecord? {
        guard let data = try? path.contentsIfPresent() else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard var record = try? decoder.decode(Self.self, from: data) else { return nil }
        // A person may have written anything.
        record.attempts = max(0, min(record.attempts, most))
        record.withoutProgress = max(0, min(record.withoutProgress, most))
        record.step = max(-1, record.step)
        return record
    }
}

extension RunFolder {
    package var attempts: FilePath { path.appending("attempts.json") }

    /// Step of the newest published checkpoint, by its folder's name (`step-00012000`); -1 for none.
    package var newestCheckpointStep: Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.string)) ?? []
        return names.compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst("step-".count)) : nil }.max() ?? -1
    }
}
