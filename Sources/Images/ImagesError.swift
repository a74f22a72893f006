// What can go wrong in Images: a code for programs, a message for a person (what failed, where, what to do).

package struct ImagesError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The bytes are no JPEG or PNG image, or a damaged one.
        case undecodable
        case unencodable
        /// There is not enough memory for it just now, which says nothing about the bytes.
        case memory
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
