// What holds the whole queue: a file in jobs/ whose name says it. Whoever can make files there can make it, and removing it
// lets the queue go on; its text, if it has any, says who and why.

internal import Glibc
package import Jobs
package import SystemPackage

package enum QueueMark: String, Sendable, CaseIterable {
    /// What runs stops after a checkpoint, and nothing starts.
    case paused = "PAUSED"
    /// What has begun is finished, and nothing new starts.
    case draining = "DRAINING"

    package func path(in root: RootFolder) -> FilePath { root.jobs.appending(rawValue) }

    package func lies(in root: RootFolder) -> Bool { access(path(in: root).string, F_OK) == 0 }

    /// What the queue is held by: `paused` where both lie there.
    package static func current(in root: RootFolder) -> QueueMark? { allCases.first { $0.lies(in: root) } }
}
