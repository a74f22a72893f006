// Set from a signal or another thread; polled by the trainer between steps and by scans between images.

internal import Synchronization

package final class StopFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    package init() {}

    package func raise() { raised.store(true, ordering: .releasing) }

    package var isRaised: Bool { raised.load(ordering: .acquiring) }

    /// - Throws: `.stopped` once the flag is raised.
    package func check() throws {
        if isRaised { throw TrainingError(.stopped, "stopped on request") }
    }
}
