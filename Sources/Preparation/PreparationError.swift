// What can go wrong in Preparation: a code for programs, a message for a person (what failed, where, what to do). An image
// that cannot be used is not an error: it is left out, and listed.

package struct PreparationError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The source is no set of labelled images, or not the one that was begun with, or the arguments contradict it.
        case invalid
        /// The destination is in use, or holds something else.
        case taken
        case unwritable
        /// The caller asked to stop.
        case stopped
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
