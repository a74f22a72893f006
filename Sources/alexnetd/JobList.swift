// All jobs of a folder, what runs first, then the queue in the order in which it will run, then what is over; each that
// waits with its reason. Read from the files alone; may be read again and again.

import Daemon
import Foundation
import Jobs
import Spool
import SystemPackage

struct JobList {
    let folder: JobFolder
    private(set) var rows: [JobRow] = []
    /// Nil where this user may not know.
    private(set) var isServed: Bool?

    /// A job file is read again only when it has changed.
    private struct Version: Hashable {
        let fileName: String
        let identity: FileIdentity
    }
    private var priorities: [Version: Int] = [:]

    /// - Throws: `folder` if a folder cannot be read.
    init(_ folder: JobFolder) throws {
        self.folder = folder
        try refresh()
    }

    mutating func refresh() throws {
        isServed = folder.root.isServed
        let files = try present()
        let owners = Dictionary(grouping: files, by: \.stem).compactMapValues(Self.owner)
        func rows(_ place: JobFolder.Place) -> [JobRow] {
            files.filter { $0.place == place }.map {
                JobRow($0, in: folder, ownsRun: owners[$0.stem] == $0, isServed: isServed)
            }
        }
        var (running, queued) = (rows(.running), rows(.queued))
        lineUp(&running, &queued)
        self.rows = running + queued + ([.paused] + JobFolder.Place.over).flatMap(rows)
    }

    /// Why the queue does not go on; nil where it does.
    var hold: String? { QueueMark.current(in: folder.root).map { Self.text($0, in: folder.root) } }

    /// "the queue is paused (by fred on gpu1, …)"
    static func text(_ mark: QueueMark, in root: RootFolder) -> String {
        let fact =
            switch mark {
            case .paused: "the queue is paused"
            case .draining: "the queue drains"
            }
        return fact + (mark.text(in: root).map { " (\($0))" } ?? "")
    }

    /// The GPUs that the daemon gives to no job, since they fail.
    var gpusOut: [String] { lines(of: folder.root.gpusOut) }

    /// Files in the queue that no GPU in service is for, and why.
    private var stranded: [String: String] {
        var reasons: [String: String] = [:]
        for file in lines(of: folder.root.stranded).map({ $0.split(separator: ": ", maxSplits: 1) })
        where file.count == 2 { reasons[String(file[0])] = String(file[1]) }
        return reasons
    }

    private func lines(of file: FilePath) -> [String] {
        guard isServed != false, let text = try? JobFile.read(file) else { return [] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    // MARK: Parts

    /// A file that was moved while the folders were read lies in the last place it was seen in.
    private func present() throws -> [JobFolder.Sighting] {
        let files = try folder.sightings()
        let isOnce = Dictionary(grouping: files, by: \.fileName).mapValues { $0.count == 1 }
        return files.filter {
            isOnce[$0.fileName] == true || folder.identity($0.fileName, in: $0.place) != nil
        }
    }

    /// Of the files of one name, that which the run's status is about.
    private static func owner(_ files: [JobFolder.Sighting]) -> JobFolder.Sighting? {
        for place in [JobFolder.Place.running, .queued, .paused] {
            if let file = files.first(where: { $0.place == place }) { return file }
        }
        return files.max { $0.changed < $1.changed }
    }

    /// Puts the queue in its order, and says why each waits.
    private mutating func lineUp(_ running: inout [JobRow], _ queued: inout [JobRow]) {
        let before = priorities
        priorities = [:]
        for index in running.indices { running[index].priority = try? priority(running[index], before) }
        var members = running.map { WaitingLine.Member($0.name, priority: $0.priority ?? 0, hasBegun: true) }
        // These two keep nobody from his turn.
        var (aside, refusals): ([JobRow], [JobRow]) = ([], [])
        let stranded = stranded
        var waiting: [String: JobRow] = [:]
        for var row in queued {
            do throws(JobError) {
                if let first = waiting[row.name] {
                    throw JobError(.badName, "the run \"\(row.name)\" is that of \(first.file.fileName)")
                }
                let priority = try priority(row, before)
                row.priority = priority
                if let reason = stranded[row.file.fileName] {
                    row.message = hold ?? reason
                    aside.append(row)
                    continue
                }
                waiting[row.name] = row
                members.append(WaitingLine.Member(row.name, priority: priority, hasBegun: false))
            } catch {
                // Its turn may have come just now.
                guard folder.identity(row.file.fileName, in: .queued) != nil else { continue }
                let fact = error.code == .unreadable ? "cannot be read" : "is no job"
                let line = error.line.map { "line \($0)" }
                row.message = [fact, line, error.key, error.problem].compactMap(\.self).joined(
                    separator: ": ")
                refusals.append(row)
            }
        }
        let line = WaitingLine(members)
        let hold = hold
        queued = []
        for (index, member) in line.members.enumerated() where !member.hasBegun {
            guard var row = waiting[member.name] else { continue }
            row.jobsAhead = index
            row.waitsFor = index > 0 ? line.members[index - 1].name : nil
            let begun = running.first { $0.name == row.name }
            row.message = hold ?? begun.map { "\($0.file) has to end first" } ?? line.outlook(index)
            queued.append(row)
        }
        queued += aside + refusals
    }

    private mutating func priority(_ row: JobRow, _ before: [Version: Int]) throws(JobError) -> Int {
        let (fileName, place) = (row.file.fileName, row.file.place)
        let version = folder.identity(fileName, in: place).map {
            Version(fileName: fileName, identity: $0)
        }
        if let version, let known = before[version] {
            priorities[version] = known
            return known
        }
        let priority = try folder.priority(JobName(fileName: fileName), in: place)
        if let version { priorities[version] = priority }
        return priority
    }
}
