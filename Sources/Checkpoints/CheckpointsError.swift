// What can go wrong in Checkpoints: a code for programs, a message for a person (what failed, where, what to do).

internal import SystemPackage

package struct CheckpointsError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The bytes are not what they claim to be: torn, flipped, or written by something else.
        case damaged
        /// Well formed, but of a kind that this program does not read.
        case unsupported
        /// There is no such file or tensor, or it has another size than asked for.
        case mismatch
        /// The disk or the quota is full; nothing is left half written, so waiting and trying again is right.
        case noSpace
        /// The system refused for another reason; `cause` is its error.
        case io
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

extension CheckpointsError {
    /// What the system answered while `doing` something ("writing", "renaming") to `path`.
    init(_ errno: Errno, _ doing: String, _ path: FilePath) {
        switch errno {
        case .noSpace, .diskQuotaExceeded:
            self.init(
                .noSpace, "no space left while \(doing) \(path): free some, it is tried again", cause: errno)
        default:
            self.init(.io, "\(doing) \(path) failed", cause: errno)
        }
    }

    /// Whether the disk did not give the bytes out.
    var isDeviceFailure: Bool { code == .io && cause as? Errno == .ioError }

    /// Runs `body`; the system's own errors come out as ours, others as they are.
    static func naming<T>(_ doing: String, _ path: FilePath, _ body: () throws -> T) throws -> T {
        do { return try body() } catch let errno as Errno { throw CheckpointsError(errno, doing, path) }
    }
}
