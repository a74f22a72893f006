// Waiting for facts, on the test's own thread: tests that compute keep the cooperative pool busy for seconds, and a task
// that sleeps there would wake long after the fact has passed.

import Foundation
import Testing

/// Waits for a fact.
/// - Parameter fact: in words; made when it is missed.
/// - Throws: `CancellationError`, after an issue, when it does not come about in time.
func eventually(
    _ fact: @autoclosure () -> String, within seconds: Double = 60,
    location: SourceLocation = #_sourceLocation,
    _ isTrue: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !isTrue() {
        guard ContinuousClock.now < deadline else {
            Issue.record("not within \(seconds) s: \(fact())", sourceLocation: location)
            throw CancellationError()
        }
        Thread.sleep(forTimeInterval: 0.005)
    }
}
