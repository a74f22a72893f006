// What can go wrong in Records: a code for programs, a message for a person (what failed, where, what to do).
// A file that ends early or lies is not an error: `RecordReader` says so as a result.

package struct RecordsError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The file cannot be opened or read.
        case unreadable
    }

    package let code: Code
    package let message: String
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    package var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}
