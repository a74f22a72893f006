// What is known of the files in running/ where others move them at the same time.

import Daemon
import Files
import Foundation
import Jobs
import Spool
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct RunningJobsTests {
    let temporary: TemporaryFolder
    let folder: JobFolder
    let name = SchedulerTests.name("a")

    init() throws {
        temporary = try TemporaryFolder()
        folder = JobFolder(RootFolder(temporary.path))
        try folder.createTree()
    }

    /// A job that is claimed, as the supervisor does it.
    /// - Parameter moved: where to somebody has moved its file before the claim is known; nil removes it.
    private func claim(movedTo moved: JobFolder.Place?) throws -> RunningJobs {
        let path = folder.path(name.fileName, in: .queued)
        try path.replaceContents(with: "dataset: /d".utf8, durable: false)
        let arrival = try #require(RunningJobs.Arrival(path))
        try folder.claim(name)
        let file = folder.path(name.fileName, in: .running)
        if let moved {
            try file.rename(to: folder.path(name.fileName, in: moved))
        } else {
            try FileManager.default.removeItem(atPath: file.string)
        }
        var running = RunningJobs(folder)
        running.add(name, arrival)
        return running
    }

    private func look(_ running: inout RunningJobs, _ now: Double) throws -> [RunningJobs.News] {
        try running.look(complete: [], except: [], isFirst: false, now: now)
    }

    @Test(arguments: [
        (JobFolder.Place.cancelled, Scheduler.Departure.cancelled), (.paused, .paused), (.queued, .requeued),
    ])
    func aFileMovedOnWhileItWasClaimedHasDeparted(_ place: JobFolder.Place, _ departure: Scheduler.Departure)
        throws
    {
        var running = try claim(movedTo: place)
        #expect(try look(&running, 0) == [.departed(name, departure)])
    }

    @Test func aFileRemovedWhileItWasClaimedHasGone() throws {
        var running = try claim(movedTo: nil)
        #expect(try look(&running, 0) == [])
        #expect(try look(&running, RunningJobs.age) == [.departed(name, .removed)])
        #expect(running.remove(name) == Array("dataset: /d".utf8), "and can be put elsewhere")
    }
}
