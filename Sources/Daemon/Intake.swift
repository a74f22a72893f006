// What comes in through jobs/: looks at the folder, believes files that are complete, checks them, and sorts out what
// cannot be a job, each file by itself.

package import Jobs
package import Spool

package struct Intake: Sendable {
    package enum News: Hashable, Sendable {
        /// A valid job, new or changed.
        case arrived(Scheduler.Job)
        /// A job that had arrived is gone, or is being written again.
        case withdrew(JobName)
        /// The file is in failed/ now.
        case refused(fileName: String, reason: String)
        /// The file cannot be read or moved just now; it is tried again with every scan, and said once.
        case stuck(fileName: String, reason: String)
    }

    private let folder: JobFolder
    /// Whose GPUs jobs may have.
    package var machine = GPUPool().machine
    private var stability = ScanStability()
    /// What has arrived and is still in jobs/, as it was when it was checked.
    private var accepted: [String: FileIdentity] = [:]
    /// What could not be claimed, and when it is tried again.
    private var postponed: [String: (identity: FileIdentity, until: Double)] = [:]
    /// Whether something was seen that may be complete after another look.
    package private(set) var isWaiting = false
    /// What could not be moved away: said once.
    private var stuck: [String: FileIdentity] = [:]

    package init(_ folder: JobFolder) { self.folder = folder }

    /// Looks at jobs/.
    /// - Parameters:
    ///   - complete: files known to be complete, from the watcher, in the order in which they became so.
    ///   - now: seconds of a clock that does not jump.
    /// - Throws: `folder` if jobs/ or running/ cannot be read.
    package mutating func scan(complete: [String], now: Double) throws(SpoolError) -> [News] {
        let found = try folder.scan(.queued)
        var begun: Begun = []
        for place in [JobFolder.Place.running, .paused] {
            begun += try folder.scan(place).map { ($0.fileName, place) }
        }
        let identities = Dictionary(
            found.map { ($0.fileName, $0.identity) }, uniquingKeysWith: { first, _ in first })
        postponed = postponed.filter { identities[$0.key] == $0.value.identity && now < $0.value.until }
        let settled = stability.settled(identities, now: now)
        // By arrival. The file system's clock ticks every few milliseconds; within a tick, as it was seen.
        let ripe = found.filter { settled.contains($0.fileName) || complete.contains($0.fileName) }
            .map { ($0.identity.changed, complete.firstIndex(of: $0.fileName) ?? .max, $0.fileName) }
            .sorted(by: <).map(\.2)
        var news: [News] = []
        for (fileName, identity) in accepted where identities[fileName] != identity {
            accepted[fileName] = nil
            if let name = try? JobName(fileName: fileName) { news.append(.withdrew(name)) }
        }
        stuck = stuck.filter { identities[$0.key] == $0.value }
        for fileName in ripe where accepted[fileName] == nil && postponed[fileName] == nil {
            guard let identity = identities[fileName] else { continue }
            let wasStuck = stuck[fileName] != nil
            guard let item = examine(fileName, identity, begun) else { continue }
            if case .stuck = item, wasStuck { continue }
            news.append(item)
        }
        isWaiting = found.contains {
            accepted[$0.fileName] == nil && stuck[$0.fileName] == nil && postponed[$0.fileName] == nil
        }
        return news
    }

    /// The job could not be claimed: it is no news before then, unless its file changes.
    package mutating func postpone(_ name: JobName, until: Double) {
        guard let identity = folder.identity(name.fileName, in: .queued) else { return }
        postponed[name.fileName] = (identity, until)
    }

    /// Whether the file is still the one that was checked.
    package func isCurrent(_ name: JobName) -> Bool {
        guard let identity = accepted[name.fileName] else { return false }
        return folder.identity(name.fileName, in: .queued) == identity
    }

    /// The job has left jobs/, or could not: what lies there under its name from now on is new.
    package mutating func forget(_ name: JobName) { accepted[name.fileName] = nil }

    private typealias Begun = [(fileName: String, place: JobFolder.Place)]

    private mutating func examine(_ fileName: String, _ identity: FileIdentity, _ begun: Begun) -> News? {
        let name: JobName
        let outline: JobOutline
        do {
            name = try JobName(fileName: fileName)
            outline = try check(name, begun)
        } catch {
            // It may have changed or gone under our eyes: then the next scan knows better.
            guard folder.identity(fileName, in: .queued) == identity else { return nil }
            if error.isTransient {
                stuck[fileName] = identity
                return .stuck(fileName: fileName, reason: error.description)
            }
            return refuse(fileName, identity, error.message)
        }
        guard folder.identity(fileName, in: .queued) == identity else { return nil }
        accepted[fileName] = identity
        return .arrived(
            Scheduler.Job(name, priority: outline.priority, arrival: identity.changed, outline.wish))
    }

    private mutating func refuse(_ fileName: String, _ identity: FileIdentity, _ reason: String) -> News {
        do {
            try folder.refuse(fileName, reason: reason)
            return .refused(fileName: fileName, reason: reason)
        } catch {
            stuck[fileName] = identity
            return .stuck(fileName: fileName, reason: "\(reason); and it cannot be moved away: \(error)")
        }
    }

    private func check(_ name: JobName, _ begun: Begun) throws(JobError) -> JobOutline {
        let others =
            accepted.keys.map { ($0, "waits in jobs") }
            + begun.map { ($0.fileName, "is in jobs/\($0.place.rawValue)") }
        for (other, place) in others where other != name.fileName {
            if let first = try? JobName(fileName: other), first.stem == name.stem {
                throw JobError(
                    .badName,
                    "the run \"\(name.stem)\" is \(other)'s, which \(place) already; give this job another name",
                    file: name.fileName)
            }
        }
        return try folder.outline(name, in: .queued, on: machine)
    }
}
