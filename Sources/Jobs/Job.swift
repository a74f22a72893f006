// A job file read once: its bytes, the plan that follows from them, and the place of every key, so that what only shows
// later (a folder without images, say) is still answered with file and line.

internal import Foundation
package import SystemPackage

package struct Job: Sendable {
    package let bytes: [UInt8]
    package let plan: Plan
    private let file: String
    private let places: [String: Int]
    private let recipe: Recipe?
    private let filled: Set<String>

    /// - Parameter folder: what relative paths in the job begin at; nil refuses them, as for a job that was dropped.
    package init(_ path: FilePath, relativeTo folder: FilePath?) throws(JobError) {
        try self.init(bytes: try JobFile.read(path), path, relativeTo: folder)
    }

    /// - Parameter path: where the bytes are from; its name is the run's.
    package init(bytes: [UInt8], _ path: FilePath, relativeTo folder: FilePath?) throws(JobError) {
        self.bytes = bytes
        let name = try JobName(fileName: path.lastComponent?.string ?? "").stem
        let spec = try JobSpec(bytes: bytes, file: path.string)
        plan = try spec.plan(name: name, relativeTo: folder)
        (file, places) = (spec.file, spec.lines)
        (recipe, filled) = (spec.recipe, spec.filled)
    }

    /// The plan's keys and values; what a recipe has filled in names it.
    package var lines: [(key: String, value: String)] {
        plan.lines.map { key, value in
            guard let recipe, filled.contains(key) else { return (key, value) }
            return (key, "\(value)  (\(recipe.rawValue))")
        }
    }

    /// What is wrong with the value of `key`, with its place.
    package func error(
        _ code: JobError.Code, key: String, _ problem: String, cause: (any Error)? = nil
    ) -> JobError {
        JobError(code, problem, file: file, line: places[key], key: key, cause: cause)
    }
}
