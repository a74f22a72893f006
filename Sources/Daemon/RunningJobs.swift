// The files in running/: which belong to jobs that have begun, what they hold, and where a person has put one.
//
// 1. A file that was moved to another folder of the jobs is found there by its inode, and believed at once.
// 2. One that is not is believed gone if the folder is still the one it lay in and two looks `age` apart agree: an editor
//    takes a file away for a moment, and an unmounted folder holds nothing.
// 3. A file that appears is a job once it is complete, as in jobs/.

package import Jobs
package import Spool
package import SystemPackage

package struct RunningJobs: Sendable {
    package enum News: Hashable, Sendable {
        case departed(JobName, Scheduler.Departure)
        /// An edited file.
        case changed(JobName, JobOutline)
        /// A file of a job that has not begun: a person put it there, or it was there at the start.
        case appeared(Scheduler.Job)
        /// It cannot be a job.
        case refused(JobName, reason: String)
        /// Its run is another file's, which has begun.
        case doubled(JobName, reason: String)
        /// It has no name of a job, and is left alone; said once.
        case strange(fileName: String)
        /// It cannot be read just now; tried again with every look, said once.
        case stuck(JobName, reason: String)
    }

    /// Seconds for which a file has to be gone.
    package static let age = ScanStability.age

    private struct File: Sendable {
        var identity: FileIdentity
        /// Nil where it could not be read.
        var bytes: [UInt8]?
        var folder: FolderIdentity?
        var missingSince: Double?
    }

    private let folder: JobFolder
    /// Whose GPUs jobs may have.
    package var machine = GPUPool().machine
    /// Whether another look may show that a file is gone, or complete.
    package private(set) var isWaiting = false
    private var files: [JobName: File] = [:]
    private var stability = ScanStability()
    /// What was said once of files that are no jobs.
    private var mentioned: Set<String> = []

    package init(_ folder: JobFolder) { self.folder = folder }

    /// What a job's file is and holds, before it comes to running/: there a person may have it moved on at once.
    package struct Arrival: Sendable {
        fileprivate let identity: FileIdentity
        fileprivate let bytes: [UInt8]?

        /// Nil where there is no file.
        package init?(_ path: FilePath) {
            guard let identity = FileIdentity(path) else { return nil }
            self.identity = identity
            bytes = try? JobFile.read(path, followsLinks: false)
        }
    }

    /// The job's file has just come to running/, whether or not it is there still.
    package mutating func add(_ job: JobName, _ arrival: Arrival) {
        // Its change time is that of the move.
        let identity = FileIdentity(folder.path(job.fileName, in: .running)) ?? arrival.identity
        files[job] = File(
            identity: identity, bytes: arrival.bytes, folder: FolderIdentity(folder.path(.running)))
    }

    /// The job is over, or its file has left.
    /// - Returns: what the file held.
    @discardableResult
    package mutating func remove(_ job: JobName) -> [UInt8]? { files.removeValue(forKey: job)?.bytes }

    /// What a job's file held that has gone together with the folder it lay in; nil where that is still there, or the file
    /// somewhere else.
    package func lost(_ job: JobName) -> [UInt8]? {
        guard let file = files[job], FolderIdentity(folder.path(.running)) != file.folder,
            departure(job, where: { _ in true }) == nil
        else { return nil }
        return file.bytes
    }

    /// - Parameters:
    ///   - complete: files known to be complete, from the watcher.
    ///   - isFirst: whatever lies there counts as complete.
    ///   - except: files that are about to leave.
    /// - Throws: `folder` if running/ cannot be read.
    package mutating func look(
        complete: [String], except: Set<JobName>, isFirst: Bool, now: Double
    ) throws(SpoolError) -> [News] {
        let found = try folder.scan(.running)
        let identities = Dictionary(
            found.map { ($0.fileName, $0.identity) }, uniquingKeysWith: { first, _ in first })
        let settled = stability.settled(identities, now: now).union(complete)
        mentioned.formIntersection(identities.keys)
        var news: [News] = []
        for name in files.keys.sorted(by: { $0.fileName < $1.fileName }) {
            if let item = look(at: name, identities[name.fileName], now) { news.append(item) }
        }
        for (fileName, identity) in found where isFirst || settled.contains(fileName) {
            let name = try? JobName(fileName: fileName)
            if let name, files[name] != nil || except.contains(name) { continue }
            if let item = appeared(fileName, name, identity) { news.append(item) }
        }
        isWaiting =
            files.values.contains { $0.missingSince != nil }
            || found.contains { file in
                !mentioned.contains(file.fileName) && !files.keys.contains { $0.fileName == file.fileName }
            }
        return news
    }

    private mutating func look(at name: JobName, _ identity: FileIdentity?, _ now: Double) -> News? {
        guard var file = files[name] else { return nil }
        if let identity {
            let hasChanged = identity != file.identity
            file.folder = FolderIdentity(folder.path(.running))
            file.missingSince = nil
            if hasChanged {
                guard let outline = try? folder.outline(name, in: .running, on: machine),
                    let bytes = try? JobFile.read(
                        folder.path(name.fileName, in: .running), followsLinks: false)
                else {
                    // Half-written, or meant for the next attempt, which will say what is wrong with it.
                    files[name] = file
                    return nil
                }
                (file.identity, file.bytes) = (identity, bytes)
                files[name] = file
                return .changed(name, outline)
            }
            files[name] = file
            return nil
        }
        if let departure = departure(name, where: { $0.inode == file.identity.inode }) {
            return .departed(name, departure)
        }
        guard FolderIdentity(folder.path(.running)) == file.folder else { return nil }
        let since = file.missingSince ?? now
        file.missingSince = since
        files[name] = file
        guard now - since >= Self.age else { return nil }
        // Nothing of its name was elsewhere when it began, so what is there now says what is meant.
        return .departed(name, departure(name, where: { _ in true }) ?? .removed)
    }

    private func departure(_ name: JobName, where isIt: (FileIdentity) -> Bool) -> Scheduler.Departure? {
        let places: [(JobFolder.Place, Scheduler.Departure)] = [
            (.cancelled, .cancelled), (.paused, .paused), (.queued, .requeued), (.done, .setAside),
            (.failed, .setAside),
        ]
        return places.first { place, _ in folder.identity(name.fileName, in: place).map(isIt) ?? false }?.1
    }

    private mutating func appeared(_ fileName: String, _ name: JobName?, _ identity: FileIdentity) -> News? {
        guard let name else {
            return mentioned.insert(fileName).inserted ? .strange(fileName: fileName) : nil
        }
        if let other = files.keys.first(where: { $0.stem == name.stem }) {
            return .doubled(
                name,
                reason:
                    "\(fileName): the run \"\(name.stem)\" is \(other.fileName)'s, which is in jobs/running already; "
                    + "give this job another name")
        }
        let path = folder.path(fileName, in: .running)
        do {
            let outline = try folder.outline(name, in: .running, on: machine)
            guard let arrival = Arrival(path), arrival.identity == identity else { return nil }
            folder.forgetEarlier(name)
            add(name, arrival)
            return .appeared(
                Scheduler.Job(name, priority: outline.priority, arrival: identity.changed, outline.wish))
        } catch  where error.isTransient {
            return mentioned.insert(fileName).inserted ? .stuck(name, reason: error.description) : nil
        } catch {
            guard FileIdentity(path) == identity else { return nil }
            return .refused(name, reason: error.description)
        }
    }
}
