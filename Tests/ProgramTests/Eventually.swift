// Waiting for facts without holding a thread, so that other tests go on meanwhile.

import Foundation
import Testing

/// Waits for a fact.
/// - Parameter fact: in words; made when it is missed.
/// - Throws: `CancellationError`, after an issue, when it does not come about in time.
func eventually(
    _ fact: @autoclosure () -> String, within seconds: Double = 60,
    location: SourceLocation = #_sourceLocation,
    _ isTrue: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !isTrue() {
        guard ContinuousClock.now < deadline else {
            Issue.record("not within \(seconds) s: \(fact())", sourceLocation: location)
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
