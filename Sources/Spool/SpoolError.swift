// What can go wrong in Spool: a code for programs, a message for a person (what failed, where, what to do).

package struct SpoolError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// A folder cannot be made, read or written.
        case folder
        /// The file is no longer where it was.
        case vanished
        /// The place a job is to move to is taken.
        case taken
        /// Nothing has the name that was given, or its state does not allow what was asked.
        case refused
        /// Another daemon serves this root.
        case locked
        /// The folder cannot be watched; scans still find everything.
        case watch
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
