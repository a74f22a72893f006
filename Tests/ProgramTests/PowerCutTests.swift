// The power goes at any moment of a run: what was not synced is gone, or torn, or zeros. The run goes on from what is left
// and ends like one that nothing befell; so does one whose power goes twice.
//
// One run is recorded call by call, and the disk is cut in its journal as often as wanted: 8 times here, each time after
// other calls; 160 times with ALEXNETD_LONG=1.

import Checkpoints
import Foundation
import Jobs
import SeededRandom
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible, "needs a C compiler"))
    struct PowerCutTests {
        private static let cuts = FaultLibrary.isLong ? 160 : 8
        private static let losses: [RecordedDisk.Loss] = [.everything, .anything, .bytesToZeros, .bytes]

        let folder: TemporaryFolder
        let images: Workplace
        let job: SmallJob

        init() throws {
            (folder, images) = (try TemporaryFolder(), try Workplace())
            job = images.job.with("epochs", "2").with("checkpoint", "{every: 4 steps, keep: 1}")
        }

        @Test func aRunEndsAsIfThePowerHadStayed() async throws {
            let reference = try Workplace(sharing: images)
            let (disk, calls) = try await recorded(reference)
            let seed = UInt64.random(in: 0..<1_000_000)
            var random = SeededRandom(seed: seed)
            print("power cuts: seed \(seed), \(calls.count) calls")
            var published = PublishedStep()
            var (done, cuts, twice) = (0, 0, 0)
            for end in Self.ends(in: calls, &random) {
                for call in calls[done...end] {
                    try disk.apply(call)
                    published.take(call)
                }
                done = end + 1
                let loss = Self.losses[cuts % Self.losses.count]
                var when = "\(loss) is lost after call \(done), \(calls[end])"
                var place = try place(disk, cut: loss, &random)
                try expectWhole(published.step, place, when)
                if cuts % 3 == 1 {
                    let (disk, calls) = try await recorded(place)
                    let again = Int.random(in: 0..<calls.count, using: &random)
                    for call in calls[...again] { try disk.apply(call) }
                    place = try self.place(disk, cut: loss, &random)
                    when += ", and again after call \(again + 1), \(calls[again])"
                    twice += 1
                }
                cuts += 1
                let last = try await place.trained(job)
                #expect(last.end == .exited(0), "\(when): \(last.output)")
                try expectSame(place.run(), as: reference.run(), when)
            }
            for call in calls[done...] { try disk.apply(call) }
            let whole = try place(disk, cut: .nothing, &random)
            #expect(
                FileManager.default.contentsEqual(
                    atPath: whole.root.path.string, andPath: reference.root.path.string),
                "the journal is not of all that was done")
            print("\(cuts) power cuts, \(twice) of them followed by a second one")
        }

        /// A worker that is killed before the newest checkpoint's name is on the disk, and a next one that removes the older.
        @Test func aCheckpointIsLeftByAKillAndACut() async throws {
            let place = try Workplace(sharing: images)
            // Eight syncs each; the last one is that of the name.
            let rule = Faults.Rule(calls: "fsync", path: "/checkpoints", effect: .kill, first: 16)
            let disk = try await recorded(place, [rule], ending: .killed(SIGKILL)).disk
            #expect(try place.store().steps() == [4, 8])
            let calls = try await recorded(place, isFirst: false).calls
            #expect(place.text(place.run().log).contains("going on from the checkpoint of step 8"))
            var published = PublishedStep()
            var random = SeededRandom(seed: .random(in: 0..<1_000_000))
            for (index, call) in calls.enumerated() {
                try disk.apply(call)
                published.take(call)
                guard published.step > 0, index % 16 == 0 else { continue }
                let left = try self.place(disk, cut: .anything, &random)
                try expectWhole(published.step, left, "after call \(index + 1), \(call)")
            }
        }

        /// A sync that fails leaves the kernel believing in bytes that are not on the disk. What is published later must
        /// not rest on them.
        @Test func whatAFailedSyncHasLostIsWrittenAgain() async throws {
            let reference = try Workplace(sharing: images)
            try await reference.trained(job)
            var random = SeededRandom(seed: 1)
            for path in ["tfevents", "checkpoints/"] {
                let place = try Workplace(sharing: images)
                let rule = Faults.Rule(calls: "fsync", path: path, effect: .error("EIO"), first: 2)
                let (disk, calls) = try await recorded(place, [rule])
                #expect(place.text(place.run().log).contains("Input/output error"))
                for call in calls { try disk.apply(call) }
                let left = try self.place(disk, cut: .everything, &random)
                #expect(try await left.trained(job).end == .exited(0))
                try expectSame(left.run(), as: reference.run(), path)
            }
        }

        /// The last calls before the cuts: anywhere, and as often right after points were written.
        private static func ends(in calls: [DiskJournal.Call], _ random: inout SeededRandom) -> [Int] {
            let points = calls.indices.filter {
                if case .write(let path, _, _) = calls[$0] { path.string.contains("tfevents") } else { false }
            }
            let chosen = points.shuffled(using: &random).prefix(cuts / 2)
            let others = (0..<cuts - chosen.count).map { _ in
                Int.random(in: calls.indices, using: &random)
            }
            return Set(chosen + others).sorted()
        }

        /// Trains to the end, and keeps what was called on the way.
        /// - Parameter isFirst: whether what was kept before is of no more interest.
        private func recorded(
            _ place: Workplace, _ rules: [Faults.Rule] = [], isFirst: Bool = true,
            ending end: Program.End = .exited(0)
        ) async throws -> (disk: RecordedDisk, calls: [DiskJournal.Call]) {
            let file = folder.path.appending("journal")
            if isFirst { try? FileManager.default.removeItem(atPath: file.string) }
            let disk = try RecordedDisk(place.folder.path)
            let program = try await place.trained(
                job, with: Faults(rules: rules, journal: (file, place.folder.path)))
            try #require(program.end == end, "\(program.output)\(program.errorOutput)")
            return (disk, try DiskJournal(file).calls)
        }

        /// What a cut leaves, as a place to go on in.
        private func place(
            _ disk: RecordedDisk, cut loss: RecordedDisk.Loss, _ random: inout SeededRandom
        ) throws -> Workplace {
            let place = try Workplace(sharing: images)
            try disk.writeAfterCut(loss, to: place.folder.path, using: &random)
            return place
        }

        /// The newest checkpoint, which is this one or a newer one.
        private func expectWhole(_ published: Int, _ place: Workplace, _ when: String) throws {
            guard published > 0 else { return }
            let newest = try #require(try place.store().steps().last, "\(when)")
            #expect(newest >= published, "\(when)")
            #expect(try place.store().verified(newest) != nil, "\(when)")
        }
    }
}

/// The newest checkpoint whose name is on the disk for certain.
private struct PublishedStep {
    private(set) var step = 0
    private var renamed: (step: Int, folder: FilePath)?

    mutating func take(_ call: DiskJournal.Call) {
        switch call {
        case .rename(_, let path):
            guard let name = path.lastComponent?.string, name.hasPrefix("step-"),
                let step = Int(name.dropFirst("step-".count))
            else { return }
            renamed = (step, path.removingLastComponent())
        case .sync(let path):
            if let renamed, renamed.folder == path { step = max(step, renamed.step) }
        default: break
        }
    }
}
