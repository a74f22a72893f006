// What can be wrong with a job: a code for programs, and for a person the file, line, key, value and what to write.

internal import SystemPackage

package struct JobError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The file is missing, unreadable, empty, too large or not a regular file.
        case unreadable
        /// Neither YAML nor JSON, or more of it than a job needs (anchors, several documents, deep nesting).
        case syntax
        case unknownKey, duplicateKey, missingKey
        case wrongType, outOfRange, notFinite
        /// Well formed, but not in this build or not on this machine.
        case unsupported
        case badName
        /// The data set is missing, empty or not laid out as it must be.
        case data
        /// The job no longer fits the run it would go on with.
        case changed
        /// A file of the run (plan.json, status.json, a lock) could not be read or written.
        case runFile
        /// Another process holds the lock.
        case locked
    }

    package let code: Code
    package let file: String?
    /// From 1.
    package let line: Int?
    /// Dotted: "checkpoint.every".
    package let key: String?
    /// What is wrong and what to do, without the place.
    package let problem: String
    package let cause: (any Error)?

    package init(
        _ code: Code, _ problem: String, file: String? = nil, line: Int? = nil, key: String? = nil,
        cause: (any Error)? = nil
    ) {
        (self.code, self.problem, self.file, self.line, self.key) = (code, problem, file, line, key)
        self.cause = cause
    }

    /// "night.yml:3: epochs: 0 is out of range; …"
    package var message: String {
        let place = [file, line.map(String.init)].compactMap { $0 }.joined(separator: ":")
        return [place, key ?? "", problem].filter { !$0.isEmpty }.joined(separator: ": ")
    }

    /// The system refused to read, which says nothing of the job.
    package var isTransient: Bool { code == .unreadable && cause != nil }

    /// There is no such file, and so none that could become readable.
    package var isMissing: Bool { code == .unreadable && cause as? Errno == .noSuchFileOrDirectory }

    package var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
