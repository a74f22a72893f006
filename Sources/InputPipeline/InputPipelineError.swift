// What can go wrong in InputPipeline: a code for programs, a message for a person (what failed, where, what to do).

package struct InputPipelineError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// An image is not what it was when the data set was listed or scanned.
        case changed
        /// The loader was closed, or nothing was begun.
        case closed
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
