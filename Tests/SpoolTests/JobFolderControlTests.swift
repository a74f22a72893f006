// The moves on disk: what a person asks for, who else moves the same file at that moment, and files that are dropped.

import Files
import Foundation
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct JobFolderControlTests {
    let temporary: TemporaryFolder
    let folder: JobFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = JobFolder(RootFolder(temporary.path))
        try folder.createTree()
    }

    @discardableResult
    func put(_ name: String, _ place: JobFolder.Place, _ text: String = "dataset: /d") throws
        -> JobFolder
        .Sighting
    {
        try folder.path(name, in: place).replaceContents(with: Array(text.utf8), durable: false)
        return try #require(try folder.sightings(in: [place]).first { $0.fileName == name })
    }

    func text(_ name: String, _ place: JobFolder.Place) throws -> String? {
        try folder.path(name, in: place).contentsIfPresent().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Everything that lies in the job folders, dotfiles too: "running/a.yml".
    func files() throws -> [String] {
        try JobFolder.Place.allCases.flatMap { place in
            try FileManager.default.contentsOfDirectory(atPath: folder.path(place).string)
                .filter { name in place != .queued || JobFolder.Place(rawValue: name) == nil }
                .map { "\(place)/\($0)" }
        }.sorted()
    }

    func refusal(_ control: JobControl, _ name: String) -> SpoolError? {
        #expect(throws: SpoolError.self) { _ = try folder.perform(control, name) }
    }

    @Test(arguments: JobControl.allCases) func movesByName(_ control: JobControl) throws {
        for origin in control.origins {
            for name in ["a", "a.yml"] {
                let file = try put("a.yml", origin, "\(origin)")
                #expect(try folder.perform(control, name) == .moved(file, others: []))
                #expect(try files() == ["\(control.destination)/a.yml"])
                #expect(try text("a.yml", control.destination) == "\(origin)")
                unlink(folder.path("a.yml", in: control.destination).string)
            }
        }
    }

    @Test(arguments: JobControl.allCases) func sayingItAgainChangesNothing(_ control: JobControl) throws {
        try put("a.yml", control.origins[0])
        _ = try folder.perform(control, "a")
        let before = try folder.sightings()
        #expect(try folder.perform(control, "a") == .already(before[0]))
        #expect(try folder.sightings() == before)
    }

    @Test func cancellingReplaces() throws {
        try put("a.yml", .cancelled, "old")
        try put("a.yml", .queued, "new")
        _ = try folder.perform(.cancel, "a")
        #expect(try files() == ["cancelled/a.yml"])
        #expect(try text("a.yml", .cancelled) == "new")
    }

    @Test func othersOfTheRunAreNamed() throws {
        let running = try put("a.yml", .running)
        let queued = try put("a.yml", .queued)
        try put("a.yml", .done)
        #expect(try folder.perform(.cancel, "a") == .moved(running, others: [queued]))
        #expect(try files() == ["cancelled/a.yml", "done/a.yml", "queued/a.yml"])
    }

    @Test func aNameIsNeverAPath() throws {
        try temporary.write("dataset: /d".utf8, to: "outside.yml")
        for name in ["../outside", "../outside.yml", "", ".", "..", "/etc/passwd", "running/../a"] {
            for control in JobControl.allCases { #expect(refusal(control, name)?.code == .refused) }
        }
        #expect(try files() == [])
        #expect(try temporary.names().contains("outside.yml"))
    }

    // MARK: Others move too

    /// The daemon claims, or finishes, the file between the look and the move.
    @Test(arguments: [JobFolder.Place.running, .done]) func aFileThatLeftIsNotMoved(_ place: JobFolder.Place)
        throws
    {
        let seen = try put("a.yml", .queued)
        #expect(rename(folder.path("a.yml", in: .queued).string, folder.path("a.yml", in: place).string) == 0)
        #expect(try !folder.move(seen, by: .cancel))
        #expect(try files() == ["\(place)/a.yml"])
    }

    /// Somebody queues another file of that name between the look and the move.
    @Test(arguments: [JobControl.retry, .resume, .pause]) func whatHasComeIsNotReplaced(_ control: JobControl)
        throws
    {
        let seen = try put("a.yml", control.origins[0], "old")
        try put("a.yml", control.destination, "new")
        let error = #expect(throws: SpoolError.self) { _ = try folder.move(seen, by: control) }
        #expect(error?.code == .taken)
        #expect(try text("a.yml", control.origins[0]) == "old")
        #expect(try text("a.yml", control.destination) == "new")
    }

    @Test func aMissingFolderIsNamed() throws {
        try put("a.yml", .queued)
        #expect(rmdir(folder.path(.paused).string) == 0)
        let error = refusal(.pause, "a")
        #expect(error?.code == .folder)
        #expect(error?.message.contains("jobs/paused") == true)
        #expect(folder.identity("a.yml", in: .queued) != nil)
    }

    /// One thread is the daemon, the other a person who cancels: whoever is first, one file is left, and in one place.
    @Test func aRaceWithADaemonLosesAndDoublesNothing() throws {
        let job = try JobName(fileName: "a.yml")
        for round in 0..<100 {
            try put("a.yml", .queued)
            let daemon = Thread { [folder] in
                guard (try? folder.claim(job)) != nil else { return }
                if round % 2 == 0 { try? folder.finish(job, to: .done) }
            }
            daemon.start()
            do {
                guard case .moved = try folder.perform(.cancel, "a") else {
                    Issue.record("nothing was moved")
                    continue
                }
                #expect(folder.identity("a.yml", in: .cancelled) != nil)
            } catch {
                #expect(error.code == .refused && error.message.contains("is done"), "\(error)")
            }
            while !daemon.isFinished { usleep(100) }
            let left = try files()
            #expect(left == ["cancelled/a.yml"] || left == ["done/a.yml"], "\(left)")
            for place in [JobFolder.Place.cancelled, .done] {
                unlink(folder.path("a.yml", in: place).string)
            }
        }
    }

    // MARK: Dropping

    @Test func aDroppedJobIsWholeAndForTheGroup() throws {
        try folder.submit(Array("dataset: /d\n".utf8), as: try JobName(fileName: "a.yml"))
        #expect(try files() == ["queued/a.yml"])
        #expect(try text("a.yml", .queued) == "dataset: /d\n")
        let mode = try folder.path("a.yml", in: .queued).stat().permissions
        #expect(mode.rawValue & 0o777 == 0o664)
    }

    @Test(arguments: JobFolder.Place.alive, ["a.yml", "a.json"]) func aRunIsNotSubmittedTwice(
        _ place: JobFolder.Place, _ other: String
    ) throws {
        try put(other, place, "old")
        let job = try JobName(fileName: "a.yml")
        let error = #expect(throws: SpoolError.self) { try folder.submit([0x20], as: job) }
        #expect(error?.code == .taken)
        #expect(error?.message.contains(other) == true)
        #expect(try files() == ["\(place)/\(other)"])
        #expect(try text(other, place) == "old")
    }

    @Test(arguments: JobFolder.Place.over) func aRunThatIsOverGoesOn(_ place: JobFolder.Place) throws {
        try put("a.yml", place)
        try folder.submit(Array("more".utf8), as: try JobName(fileName: "a.yml"))
        #expect(try text("a.yml", .queued) == "more")
    }

    /// It came between the look and the drop; a folder is there, which no look takes for a job.
    @Test func whateverHasTheNameStays() throws {
        let path = folder.path("a.yml", in: .queued)
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
        let job = try JobName(fileName: "a.yml")
        let error = #expect(throws: SpoolError.self) { try folder.submit([0x20], as: job) }
        #expect(error?.code == .taken)
        #expect(try files() == ["queued/a.yml"])
    }

    /// For file systems without exclusive rename.
    @Test func relinkingMovesAndReplacesNothing() throws {
        let (from, to) = (folder.path("a.yml", in: .failed), folder.path("a.yml", in: .queued))
        try put("a.yml", .failed, "old")
        try from.relink(to: to)
        #expect(try files() == ["queued/a.yml"])
        try put("a.yml", .failed, "second")
        #expect(throws: Errno.fileExists) { try from.relink(to: to) }
        #expect(try text("a.yml", .queued) == "old")
        #expect(try text("a.yml", .failed) == "second")
    }
}
