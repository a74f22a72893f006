// What can go wrong in Datasets: a code for programs, a message for a person (what failed, where, what to do).

package struct DatasetsError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// A folder is missing, empty or not laid out as it must be.
        case invalid
        /// Too many images that do not decode.
        case badData
        /// A file or folder that cannot be read, after several tries.
        case unreadable
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
