// What can go wrong in Daemon: a code for programs, a message for a person (what failed, where, what to do).

package struct DaemonError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// A worker process could not be started.
        case spawn
        /// The system refused something the daemon cannot do without: a pipe, poll(2).
        case system
        /// The settings cannot be used: one line for each problem, each with its source.
        case settings
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
