// When a file that only scans have seen may be believed complete: once it has been the same in two scans at least
// `age` apart. (A prefix of a job file can parse: `epochs: 9` of `90`.) By our own clock, since the file's may be
// another machine's. Pure: no clock, no files.

package struct ScanStability: Sendable {
    /// Seconds without a change.
    package static let age = 2.0

    private var seen: [String: (identity: FileIdentity, since: Double)] = [:]

    package init() {}

    /// Takes in one scan of the folder; names that are gone are forgotten.
    /// - Parameter now: seconds of a clock that does not jump.
    /// - Returns: the names that may be believed.
    package mutating func settled(_ scan: [String: FileIdentity], now: Double) -> Set<String> {
        var settled: Set<String> = []
        var next: [String: (identity: FileIdentity, since: Double)] = [:]
        for (name, identity) in scan {
            if let before = seen[name], before.identity == identity {
                next[name] = before
                if now - before.since >= Self.age { settled.insert(name) }
            } else {
                next[name] = (identity, now)
            }
        }
        seen = next
        return settled
    }
}
