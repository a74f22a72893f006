// What can go wrong in TensorBoard: a code for programs, a message for a person (what failed, where, what to do).

package struct TensorBoardError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The point, text or graph cannot be shown by TensorBoard and was not written.
        case invalidPoint
        /// The disk or the quota is full. Nothing is lost: free some space and flush again.
        case noSpace
        /// The run's folder or one of its event files cannot be read, cut or written.
        case inputOutput
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
