// How long a worker has reported nothing: its status.json has not changed, though it is replaced every second or step.

internal import Spool
package import SystemPackage

package struct Silence: Sendable {
    private var identity: FileIdentity?
    private var since: Double?
    private var looked: Double?

    package init() {}

    /// - Parameters:
    ///   - now: seconds of a clock that does not jump.
    ///   - longestGap: seconds between two looks beyond which this process itself was not running, and its workers
    ///     perhaps neither; the count begins anew.
    /// - Returns: seconds since the last change that was seen.
    package mutating func look(_ status: FilePath, now: Double, longestGap: Double) -> Double {
        let identity = FileIdentity(status)
        let wasAway = looked.map { now - $0 > longestGap } ?? true
        looked = now
        if since == nil || wasAway || identity != self.identity { since = now }
        self.identity = identity
        return now - (since ?? now)
    }
}
