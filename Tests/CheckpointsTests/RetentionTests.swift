// What is pruned: never the newest N, never the best, never before a newer one is on the disk.

import Foundation
import TemporaryFolders
import Testing

@testable import Checkpoints

@Suite struct RetentionTests {
    let folder = try! TemporaryFolder()

    @discardableResult private func publish(
        _ step: Int, best: Bool = false, keep: Int?
    ) throws -> CheckpointStore.Publication {
        try CheckpointStore(folder: folder.path, keep: keep).publish(step: step, isBest: best) {
            try $0.write(Checkpoint.stateFile, Data("\(step)".utf8))
        }
    }

    private func steps() throws -> [Int] { try CheckpointStore(folder: folder.path, keep: nil).steps() }

    @Test func theRule() {
        typealias Store = CheckpointStore
        #expect(Store.superfluous([1, 2, 3, 4], published: 4, best: nil, keep: 3) == [1])
        #expect(Store.superfluous([1, 2, 3, 4], published: 4, best: 1, keep: 1) == [2, 3])
        #expect(Store.superfluous([1, 2, 3, 4], published: 4, best: 4, keep: 1) == [1, 2, 3])
        #expect(Store.superfluous([1, 2, 3, 4], published: 4, best: 2, keep: nil) == [])
        #expect(Store.superfluous([7], published: 7, best: nil, keep: 1) == [])
        // Older than others that are there: neither it nor what lies beyond it goes.
        #expect(Store.superfluous([1, 2, 8, 9], published: 2, best: nil, keep: 1) == [1])
    }

    @Test func lastNAndTheBestStay() throws {
        for step in 1...6 { try publish(step, best: step == 2, keep: 2) }
        #expect(try steps() == [2, 5, 6])
        #expect(try publish(7, best: true, keep: 2).pruning.removed == [2, 5])
        #expect(try steps() == [6, 7])
        #expect(try folder.names() == ["step-00000006", "step-00000007"])
    }

    @Test func keepAllKeepsAll() throws {
        for step in 1...6 { try publish(step, keep: nil) }
        #expect(try steps() == [1, 2, 3, 4, 5, 6])
    }

    @Test func theOneResumedFromStaysUntilANewerIsThere() throws {
        try publish(10, keep: 1)
        let store = CheckpointStore(folder: folder.path, keep: 1)
        #expect(try store.newestValid().checkpoint?.step == 10)
        struct Interrupted: Error {}
        #expect(throws: Interrupted.self) {
            try store.publish(step: 20, isBest: true) { _ in throw Interrupted() }
        }
        #expect(try steps() == [10])
        #expect(try publish(20, keep: 1).pruning.removed == [10])
    }

    /// Not knowing which is the best is no reason to remove it.
    @Test func anUnreadableManifestStopsThePruning() throws {
        for step in 1...3 { try publish(step, best: step == 1, keep: 1) }
        #expect(try steps() == [1, 3])
        let manifest = "step-00000001/\(Manifest.fileName)"
        try FileManager.default.removeItem(atPath: folder.path.appending(manifest).string)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending(manifest).string, withDestinationPath: Manifest.fileName)
        let pruning = try publish(4, keep: 1).pruning
        #expect(pruning.removed == [])
        #expect(pruning.notices.first?.contains("could not be removed") == true)
        #expect(try steps() == [1, 3, 4])
    }

    @Test func pruningAloneAppliesTheRule() throws {
        for step in 1...4 { try publish(step, keep: nil) }
        #expect(CheckpointStore(folder: folder.path, keep: 2).prune(after: 4).removed == [1, 2])
    }

    @Test func markingThePresentStepBestFreesTheOldBest() throws {
        try publish(1, best: true, keep: 1)
        try publish(2, keep: 1)
        #expect(try steps() == [1, 2])
        #expect(try publish(2, best: true, keep: 1).pruning.removed == [1])
    }
}
