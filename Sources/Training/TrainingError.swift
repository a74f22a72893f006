// What ends a run other than its last epoch: a code for programs, a message for a person (what failed, what to do).

package struct TrainingError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The loss is not a finite number.
        case notFinite
        /// The data set is not the one the run began with, or does not fit the job.
        case data
        /// A checkpoint or an initial weights file does not fit this network or program; or all checkpoints are damaged.
        case checkpoint
        /// Asked to stop. The run goes on from its last checkpoint.
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
