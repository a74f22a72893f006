// What can go wrong with a GPU, sorted by what is to be done about it.

package struct CUDAError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// No driver, no device, or a library is missing, too old or of the wrong version: somebody has to install it.
        case unavailable
        /// The job wants more device memory than there is.
        case memory
        /// The device or its driver has failed: nothing that was computed since the last checkpoint can be trusted.
        case fault
        /// A library refused what we asked of it.
        case refused
    }

    package let code: Code
    package let message: String

    package var description: String { message }

    package init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }
}
