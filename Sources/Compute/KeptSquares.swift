// Which training samples' squares an engine keeps where it computes: from the second epoch on nobody decodes or copies them.
// What is kept stays kept, as long as the engine lives. The trainer's thread adds; loaders look.

internal import Synchronization

package final class KeptSquares: Sendable {
    private let isKept: Mutex<[Bool]>

    /// - Parameter count: of training samples; none is kept yet.
    package init(count: Int) { isKept = Mutex(Array(repeating: false, count: count)) }

    package func contains(_ sample: Int) -> Bool { isKept.withLock { $0[sample] } }

    /// - Returns: whether it is new.
    package func insert(_ sample: Int) -> Bool {
        isKept.withLock { isKept in
            defer { isKept[sample] = true }
            return !isKept[sample]
        }
    }
}
