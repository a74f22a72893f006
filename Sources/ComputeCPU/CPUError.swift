// What can go wrong before or in a step on the CPU.

package struct CPUError: Error, CustomStringConvertible, Sendable {
    package enum Code: Sendable {
        /// The system gives no memory or no threads.
        case resources
        /// The kernels asked for are not known, or this CPU has not the instructions.
        case kernels
    }

    package let code: Code
    package let message: String

    package var description: String { message }
}
