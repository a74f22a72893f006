// The store: a checkpoint comes back whole or not at all, damage falls back to the older one, retention keeps what it
// must, and whatever a kill leaves behind does no harm.

import Foundation
import SystemPackage
import TemporaryFolders
import Testing

@testable import Checkpoints

@Suite struct CheckpointStoreTests {
    let folder = try! TemporaryFolder()

    private func store(keep: Int? = 3) -> CheckpointStore {
        CheckpointStore(folder: folder.path.appending("checkpoints"), keep: keep)
    }

    /// A small but complete checkpoint whose contents follow from the step.
    @discardableResult private func publish(
        _ step: Int, best: Bool = false, keep: Int? = 3
    ) throws -> CheckpointStore.Publication {
        try store(keep: keep).publish(step: step, isBest: best) { try fill($0, step) }
    }

    private func fill(_ writer: CheckpointWriter, _ step: Int) throws {
        try [Float(step), 1].withUnsafeBufferPointer {
            try writer.write(Checkpoint.modelFile, [Tensor("w", [2], $0)])
            try writer.write(Checkpoint.optimizerFile, [Tensor("m", [2], $0)])
        }
        try writer.write(Checkpoint.stateFile, Data("{\"step\":\(step)}".utf8))
    }

    private func names() throws -> [String] { try folder.names("checkpoints") }

    @Test func roundTrip() throws {
        let publication = try publish(12000, best: true)
        #expect(publication.isNew && publication.pruning.removed.isEmpty && publication.notices.isEmpty)
        #expect(try names() == ["step-00012000"])
        let found = try store().newestValid()
        #expect(found.notices.isEmpty)
        let checkpoint = try #require(found.checkpoint)
        #expect(checkpoint.step == 12000 && checkpoint.manifest.best)
        #expect(
            checkpoint.manifest.files.map(\.name) == [
                "model.safetensors", "optimizer.safetensors", "state.json",
            ])
        #expect(try checkpoint.data(Checkpoint.stateFile) == Data("{\"step\":12000}".utf8))
        var values: [Float] = [0, 0]
        try values.withUnsafeMutableBufferPointer {
            try checkpoint.tensors(Checkpoint.modelFile).read("w", into: $0)
        }
        #expect(values == [12000, 1])
        let absent = #expect(throws: CheckpointsError.self) { try checkpoint.data(Checkpoint.planFile) }
        #expect(absent?.code == .mismatch)
    }

    @Test func emptyAndMissingFolder() throws {
        #expect(try store().newestValid().checkpoint == nil)
        #expect(try store().steps().isEmpty)
        try store().cleanUp()
    }

    @Test func knownHash() throws {
        // FIPS 180-4's example "abc".
        _ = try store().publish(step: 1, isBest: false) { try $0.write("state.json", Data("abc".utf8)) }
        #expect(
            try store().verified(1)?.manifest.files.first?.sha256
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func presentStepIsNotWrittenAgainButMayBecomeBest() throws {
        try publish(5)
        let before = try bytes(of: folder.file("checkpoints/step-00000005/model.safetensors"))
        let again = try store().publish(step: 5, isBest: true) { _ in Issue.record("written again") }
        #expect(!again.isNew)
        #expect(try store().bestStep() == 5)
        #expect(try store().verified(5)?.manifest.best == true)
        #expect(try bytes(of: folder.file("checkpoints/step-00000005/model.safetensors")) == before)
        #expect(try names() == ["step-00000005"])
    }

    @Test(arguments: [false, true]) func aPresentStepMayBeSuperseded(_ isBest: Bool) throws {
        try publish(5, best: true)
        let again = try store().publish(
            step: 5, isBest: isBest,
            supersedes: { try $0.data(Checkpoint.stateFile) != Data("another".utf8) },
            write: { try $0.write(Checkpoint.stateFile, Data("another".utf8)) })
        #expect(again.isNew)
        let checkpoint = try #require(try store().verified(5))
        #expect(try checkpoint.data(Checkpoint.stateFile) == Data("another".utf8))
        #expect(checkpoint.manifest.files.map(\.name) == [Checkpoint.stateFile])
        #expect(checkpoint.manifest.best, "a best one stays the best")
        #expect(try names() == ["step-00000005"])
    }

    @Test func presentButDamagedStepIsWrittenAgain() throws {
        try publish(5)
        try write([1], to: folder.file("checkpoints/step-00000005/state.json"))
        let again = try publish(5)
        #expect(again.isNew && again.notices.count == 1)
        #expect(try store().verified(5) != nil)
        #expect(try names() == ["step-00000005", "step-00000005.corrupt"])
    }

    /// Puts the checkpoint of step 2 back where it was set aside.
    private func newestLeavingAll() throws -> CheckpointStore.Recovery {
        let recovery = try store().newestValid()
        let path = folder.file("checkpoints/step-00000002").string
        if FileManager.default.fileExists(atPath: path + ".corrupt") {
            try FileManager.default.moveItem(atPath: path + ".corrupt", toPath: path)
        }
        return recovery
    }

    @Test(arguments: ["model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"])
    func everyFlippedBitFallsBack(_ file: String) throws {
        try publish(1)
        try publish(2)
        let path = folder.file("checkpoints/step-00000002/\(file)")
        let whole = try bytes(of: path)
        for index in whole.indices {
            var flipped = whole
            flipped[index] ^= 1 << UInt8(index % 8)
            try write(flipped, to: path)
            let found = try? newestLeavingAll()
            // A manifest of a format from the future is refused, not passed over.
            if let found {
                #expect(found.checkpoint?.step == 1, "\(file), byte \(index)")
                #expect(found.notices.count == 1)
            } else {
                #expect(file == "manifest.json")
            }
        }
        try write(whole, to: path)
        #expect(try store().newestValid().checkpoint?.step == 2)
    }

    @Test(arguments: ["model.safetensors", "state.json", "manifest.json"])
    func truncatedAtEveryByteFallsBack(_ file: String) throws {
        try publish(1)
        try publish(2)
        let path = folder.file("checkpoints/step-00000002/\(file)")
        let whole = try bytes(of: path)
        for length in 0..<(file == "manifest.json" ? whole.count - 1 : whole.count) {
            try write(Array(whole[..<length]), to: path)
            #expect(try newestLeavingAll().checkpoint?.step == 1, "\(length) bytes")
        }
        try FileManager.default.removeItem(atPath: path.string)
        #expect(try store().newestValid().checkpoint?.step == 1)
    }

    @Test func damageIsSetAsideUntilThereIsMore() throws {
        for step in 1...3 { try publish(step) }
        for step in 2...3 { try write([], to: folder.file("checkpoints/step-0000000\(step)/state.json")) }
        let found = try store().newestValid()
        #expect(found.checkpoint?.step == 1)
        #expect(found.notices.count == 2)
        #expect(found.notices[0].contains("step 3") && found.notices[0].contains("state.json"))
        #expect(try names() == ["step-00000001", "step-00000002.corrupt", "step-00000003.corrupt"])
        #expect(try store().newestValid().notices.isEmpty)
        #expect(try publish(2).isNew)
        try write([], to: folder.file("checkpoints/step-00000002/state.json"))
        #expect(try store().newestValid().checkpoint?.step == 1)
        #expect(try names() == ["step-00000001", "step-00000002.corrupt"])
    }

    /// Their weights may still be of use, and to begin anew is for a person to say.
    @Test func whereAllAreDamagedNothingChanges() throws {
        for step in 1...3 { try publish(step) }
        for step in 1...3 {
            try write([], to: folder.file("checkpoints/step-0000000\(step)/optimizer.safetensors"))
        }
        let before = try names()
        let error = #expect(throws: CheckpointsError.self) { try store().newestValid() }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("none of the 3 checkpoints") == true)
        #expect(error?.message.contains("step-00000003/optimizer.safetensors") == true)
        #expect(try names() == before)
    }

    @Test func newerFormatIsRefused() throws {
        try publish(1)
        let path = folder.file("checkpoints/step-00000001/manifest.json")
        let text = String(decoding: try bytes(of: path), as: UTF8.self)
        try write(Array(text.replacing("\"format\" : 1", with: "\"format\" : 2").utf8), to: path)
        let error = #expect(throws: CheckpointsError.self) { try store().newestValid() }
        #expect(error?.code == .unsupported)
        #expect(try names() == ["step-00000001"])
    }

    @Test func manifestMayNotLeaveItsFolder() throws {
        try publish(1)
        let path = folder.file("checkpoints/step-00000001/manifest.json")
        let text = String(decoding: try bytes(of: path), as: UTF8.self)
        try write(Array(text.replacing("\"state.json\"", with: "\"../../state.json\"").utf8), to: path)
        #expect(throws: CheckpointsError.self) { try store().newestValid() }
    }

    @Test func aFolderUnderAnotherStepsNameIsDamage() throws {
        try publish(1)
        let checkpoints = folder.path.appending("checkpoints")
        try FileManager.default.moveItem(
            atPath: checkpoints.appending("step-00000001").string,
            toPath: checkpoints.appending("step-00000009").string)
        #expect(throws: CheckpointsError.self) { try store().newestValid() }
    }

    @Test func whatAKillLeavesDoesNoHarm() throws {
        try publish(1)
        let checkpoints = folder.path.appending("checkpoints")
        // A writer killed before the manifest, one killed before the rename, and a removal killed half way.
        for name in [".tmp-step-00000002", ".tmp-removing-step-00000000"] {
            try FileManager.default.createDirectory(
                atPath: checkpoints.appending(name).string, withIntermediateDirectories: true)
            try write([1, 2], to: checkpoints.appending(name).appending("model.safetensors"))
        }
        try FileManager.default.copyItem(
            atPath: checkpoints.appending("step-00000001").string,
            toPath: checkpoints.appending(".tmp-step-00000003").string)
        try write([1], to: checkpoints.appending(".tmp-manifest.json"))
        #expect(try store().newestValid().checkpoint?.step == 1)
        #expect(try publish(2).isNew)
        try store().cleanUp()
        #expect(try names() == ["step-00000001", "step-00000002"])
    }

    @Test func aFailedWriteLeavesNothing() throws {
        try publish(1)
        let error = #expect(throws: CheckpointsError.self) {
            try store().publish(step: 2, isBest: false) { writer in
                try fill(writer, 2)
                throw CheckpointsError(.noSpace, "writing", "model.safetensors")
            }
        }
        #expect(error?.code == .noSpace)
        #expect(try names() == ["step-00000001"])
        #expect(try publish(2).isNew)
    }

    @Test func unrelatedNamesAreLeftAlone() throws {
        try publish(1, keep: 1)
        let checkpoints = folder.path.appending("checkpoints")
        for name in ["notes.txt", "step-1", "step-000000001", "step--0000001", "step-+0000001"] {
            try write([1], to: checkpoints.appending(name))
        }
        #expect(try store().steps() == [1])
        try publish(2, keep: 1)
        #expect(try names().count == 6)
    }

    @Test func stepsBeyondEightDigitsSortAsNumbers() throws {
        try publish(99_999_999)
        try publish(100_000_000)
        #expect(try store().newestValid().checkpoint?.step == 100_000_000)
    }
}
