// What can go wrong in Weights: a code for programs, a message for a person (what failed, where, what to do).

internal import SystemPackage

package struct WeightsError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The bytes are not what they claim to be: cut off, flipped, or made to mislead.
        case damaged
        /// Well formed, but of a kind that this program does not read or write.
        case unsupported
        /// The tensors are not those of the network.
        case mismatch
        /// The file is there already.
        case exists
        /// The system refused; `cause` is its error.
        case io
    }

    package let code: Code
    package let message: String
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    package var description: String { cause.map { "\(message) (\($0))" } ?? message }
}

extension WeightsError {
    static func damaged(_ message: String) -> Self { Self(.damaged, message) }
    static func unsupported(_ message: String) -> Self { Self(.unsupported, message) }
    static func mismatch(_ message: String) -> Self { Self(.mismatch, message) }

    /// The same, said of a file.
    func of(_ path: FilePath) -> Self { Self(code, "\(path): \(message)", cause: cause) }

    /// Runs `body`; the system's own errors come out as ours, others as they are.
    static func naming<T>(_ doing: String, _ path: FilePath, _ body: () throws -> T) throws -> T {
        do { return try body() } catch let errno as Errno {
            throw WeightsError(.io, "\(doing) \(path) failed", cause: errno)
        }
    }
}
