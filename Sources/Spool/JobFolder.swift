// The job folder as a queue. The state of a job is the folder its file lies in:
//
//   jobs/NAME.yml ──claim──▶ running/ ──finish──▶ done/ | failed/ (with NAME.error.txt) | cancelled/
//   jobs/ or running/ ──▶ paused/ ──▶ jobs/, by a person
//
// and that of the queue is whether a file PAUSED or DRAINING lies in jobs/.
//
// 1. A file only ever moves by rename, so it lies in exactly one folder at every moment, whatever is killed; but for what a
//    person's command moves on a file system without exclusive rename, which may be found in both.
// 2. Both folders are synced after a move, so it is there after a power cut too.
// 3. Only the holder of the root lock moves files here; a person may at any time.

internal import CLinux
internal import Files
internal import Foundation
internal import Glibc
package import Jobs
package import SystemPackage

package struct JobFolder: Sendable {
    package enum Place: String, Sendable, CaseIterable {
        case queued, running, paused, done, failed, cancelled
    }

    package let root: RootFolder

    package init(_ root: RootFolder) { self.root = root }

    package func path(_ place: Place) -> FilePath {
        switch place {
        case .queued: root.jobs
        case .running: root.running
        case .paused: root.paused
        case .done: root.done
        case .failed: root.failed
        case .cancelled: root.cancelled
        }
    }

    package func path(_ fileName: String, in place: Place) -> FilePath { path(place).appending(fileName) }

    /// failed/NAME.error.txt
    package func errorText(stem: String) -> FilePath { root.failed.appending("\(stem).error.txt") }

    /// Makes every folder that is missing.
    package func createTree() throws(SpoolError) {
        for folder in [
            root.jobs, root.running, root.paused, root.done, root.failed, root.cancelled, root.runs,
            root.cache,
        ] {
            do {
                try folder.makeFolder()
            } catch {
                throw SpoolError(
                    .folder, "the folder \(folder) cannot be made; check the path and its permissions",
                    cause: error)
            }
        }
    }

    /// The job files in a place, those with a wrong name too (see `JobName.isMeant`), in the order of their arrival.
    package func scan(_ place: Place) throws(SpoolError) -> [(fileName: String, identity: FileIdentity)] {
        let folder = path(place)
        var found: [(fileName: String, identity: FileIdentity)] = []
        // Two names may be one to Swift (é in two spellings): the second waits until the first has gone.
        var seen: Set<String> = []
        for case let name? in try names(place) where JobName.isMeant(fileName: name) {
            do {
                guard case .file(let identity)? = try Entry.at(folder.appending(name)) else { continue }
                if seen.insert(name).inserted { found.append((name, identity)) }
            } catch {
                // Who is not named in running/ counts as gone.
                if place == .running { throw unreadable(folder.appending(name), error) }
            }
        }
        return found.sorted { ($0.identity.changed, $0.fileName) < ($1.identity.changed, $1.fileName) }
    }

    /// How many files in jobs/ have names that are no UTF-8, which nothing can be said of.
    package func unreadableNames() throws(SpoolError) -> Int {
        try names(.queued).count { $0 == nil }
    }

    /// Everything that lies in a place, in no order; nil for a name that is no UTF-8.
    private func names(_ place: Place) throws(SpoolError) -> [String?] {
        let folder = path(place)
        guard let stream = opendir(folder.string) else {
            throw unreadable(folder, Errno(rawValue: errno))
        }
        defer { closedir(stream) }
        var names: [String?] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                // What was read before a failure is not all: jobs would seem to have gone.
                guard errno == 0 else { throw unreadable(folder, Errno(rawValue: errno)) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    private func unreadable(_ path: FilePath, _ reason: Errno) -> SpoolError {
        SpoolError(.folder, "\(path) cannot be read", cause: reason)
    }

    /// The file as it lies in a place now; nil if it is not there.
    package func identity(_ fileName: String, in place: Place) -> FileIdentity? {
        guard case .file(let identity)? = Entry(path(fileName, in: place)) else { return nil }
        return identity
    }

    /// jobs/NAME.yml → running/NAME.yml.
    /// - Throws: `vanished` if it is gone, `taken` if one of that name lies in running/ already.
    package func claim(_ job: JobName) throws(SpoolError) {
        let (from, to) = (path(job.fileName, in: .queued), path(job.fileName, in: .running))
        if clinux_rename_exclusive(from.string, to.string) != 0 {
            switch Errno(rawValue: errno) {
            case .fileExists: throw taken(to)
            case .invalidArgument, .noFunction, .notSupported:
                // The file system knows no exclusive rename. The root lock makes us the only one to claim.
                if Entry(to) != nil { throw taken(to) }
                try rename(from, to)
            case let reason: throw failure(from, to, reason)
            }
        }
        try sync(.queued, .running)
        forgetEarlier(job)
    }

    /// What a job came to before is past once it has begun again: its file lies in running/ alone.
    package func forgetEarlier(_ job: JobName) {
        for place in [Place.paused, .done, .failed, .cancelled] { forgetEarlier(job, in: place) }
        forgetError(stem: job.stem)
    }

    /// Puts back what a crash has left aside.
    package func restoreEarlier() {
        for place in Place.allCases {
            for case let name? in (try? names(place)) ?? [] where name.hasSuffix(Self.asideSuffix) {
                let fileName = String(name.dropFirst().dropLast(Self.asideSuffix.count))
                try? path(name, in: place).renameExclusive(to: path(fileName, in: place))
            }
        }
    }

    private static let asideSuffix = ".earlier"

    /// A person may move the job itself there at this very moment, so what is to go is taken aside and looked at first.
    private func forgetEarlier(_ job: JobName, in place: Place) {
        let path = path(job.fileName, in: place)
        let aside = self.path(place).appending(".\(job.fileName)\(Self.asideSuffix)")
        guard Entry(path) != nil, let own = identity(job.fileName, in: .running)?.inode,
            Glibc.rename(path.string, aside.string) == 0
        else { return }
        if FileIdentity(aside)?.inode == own {
            try? aside.renameExclusive(to: path)
        } else {
            unlink(aside.string)
        }
    }

    /// Puts a job's file where it belongs when it has been deleted, from what is remembered of it.
    package func restore(_ job: JobName, _ bytes: [UInt8], to place: Place) throws(SpoolError) {
        let path = path(job.fileName, in: place)
        do {
            try path.replaceContents(with: bytes, durable: true)
        } catch {
            throw SpoolError(.folder, "\(path) cannot be written; check space and permissions", cause: error)
        }
    }

    /// running/NAME.yml → done/, failed/ or cancelled/, replacing what is there.
    /// - Parameter reason: for failed/: why, for a person; written before the file moves.
    /// - Throws: `vanished` if it is not in running/ any more (the reason is written nonetheless).
    package func finish(_ job: JobName, to place: Place, reason: String? = nil) throws(SpoolError) {
        try move(job.fileName, stem: job.stem, from: .running, to: place, reason: reason)
    }

    /// jobs/FILE → failed/FILE, for a file that cannot be a job.
    package func refuse(_ fileName: String, reason: String) throws(SpoolError) {
        let stem = (try? JobName(fileName: fileName).stem) ?? Self.shortened(fileName)
        try move(fileName, stem: stem, from: .queued, to: .failed, reason: reason)
    }

    /// Room is left in a name for what is added to it.
    private static func shortened(_ fileName: String) -> String {
        var name = fileName
        while name.utf8.count > 200 { name.removeLast() }
        return name
    }

    private func move(
        _ fileName: String, stem: String, from origin: Place, to place: Place, reason: String?
    ) throws(SpoolError) {
        let (from, to) = (path(fileName, in: origin), path(fileName, in: place))
        if let reason {
            let text = errorText(stem: stem)
            do {
                try text.replaceContents(with: (reason + "\n").utf8, durable: false)
            } catch {
                throw SpoolError(
                    .folder, "\(text) cannot be written; check space and permissions", cause: error)
            }
        }
        // Also where it lies there already: a move may have come this far before.
        defer { if place != .failed { forgetError(stem: stem) } }
        try rename(from, to)
        try sync(origin, place)
    }

    /// Removes failed/NAME.error.txt once no file of that stem lies beside it.
    private func forgetError(stem: String) {
        let failed = JobName.extensions.map { path("\(stem).\($0)", in: .failed) }
        if failed.allSatisfy({ Entry($0) == nil }) { unlink(errorText(stem: stem).string) }
    }

    private func rename(_ from: FilePath, _ to: FilePath) throws(SpoolError) {
        guard Glibc.rename(from.string, to.string) == 0 else {
            throw failure(from, to, Errno(rawValue: errno))
        }
    }

    func sync(_ places: Place...) throws(SpoolError) {
        for place in places {
            do {
                try path(place).syncFolder()
            } catch {
                throw SpoolError(.folder, "the folder \(path(place)) cannot be synced to disk", cause: error)
            }
        }
    }

    func taken(_ path: FilePath) -> SpoolError {
        SpoolError(.taken, "\(path) is there already; it has to finish or be moved away first")
    }

    func failure(_ from: FilePath, _ to: FilePath, _ reason: Errno) -> SpoolError {
        switch reason {
        case .noSuchFileOrDirectory: SpoolError(.vanished, "\(from) is not there any more")
        case .improperLink:
            SpoolError(
                .folder, "\(from) and \(to) lie on different file systems; keep the job folders on one")
        default: SpoolError(.folder, "\(from) cannot be moved to \(to); check permissions", cause: reason)
        }
    }
}
