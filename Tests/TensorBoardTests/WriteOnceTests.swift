// Every kind of record is on the disk once, whatever crashed.

import Foundation
import Records
import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite struct WriteOnceTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @discardableResult
    func attempt(
        in folder: TemporaryFolder? = nil, after checkpoint: Int, through last: Int, skew: Int = 0,
        succeeding: Bool = false
    ) throws -> [Finding] {
        var findings: [Finding] = []
        let log = try RunLog(folder: (folder ?? self.folder).path, resumingAfter: checkpoint) {
            findings.append($0)
        }
        try EveryKind.write(log, after: checkpoint, through: last, skew: skew)
        if succeeding { log.succeeded() }
        try log.close()
        return findings
    }

    /// Each (tag, step) once, with the values of a run that was never interrupted.
    func expectWhole(_ folder: TemporaryFolder, through last: Int) throws {
        let reference = try TemporaryFolder()
        try attempt(in: reference, after: 0, through: last, succeeding: true)
        let (events, whole) = (try folder.events(), try reference.events())
        #expect(events.ends.allSatisfy { $0 == .clean })
        #expect(events.keys.sorted() == whole.keys.sorted())
        #expect(events.graphs == 1)
        #expect(events.runMetadata == ["step 10"])
        #expect(events.computed == whole.computed)
    }

    @Test func oneAttempt() throws {
        #expect(try attempt(after: 0, through: 30, succeeding: true).isEmpty)
        let events = try folder.events()
        #expect(events.tags(\.isHistogram) == ["biases/conv1", "biases/none", "weights/conv1"])
        #expect(events.tags(\.isImage) == ["filters/conv1"])
        #expect(events.keys.contains("weights/conv1@10"))
        #expect(events.keys.contains("weights/conv1/not_finite@20"))
        #expect(!events.keys.contains("weights/conv1/not_finite@10"))
        #expect(
            events.keys.filter { $0.hasPrefix("_hparams_") || $0.hasPrefix("custom") }.sorted() == [
                "_hparams_/session_end_info@0", "_hparams_/session_start_info@0",
                "custom_scalars__config__@0",
            ])
        try expectWhole(folder, through: 30)
    }

    @Test func severalAttempts() throws {
        try attempt(after: 0, through: 33)
        let replayed = try attempt(after: 10, through: 27)
        // Losses of steps 12 to 26 are means over a log window and not compared; at step 20 four scalars, three
        // histograms, their exception and a picture are.
        #expect(replayed == [.continuous(points: 9, through: 20)])
        try attempt(after: 20, through: 60, succeeding: true)
        try expectWhole(folder, through: 60)
    }

    @Test func finishingAgainChangesNothing() throws {
        try attempt(after: 0, through: 30, succeeding: true)
        let before = try folder.eventFiles().map { try folder.contents($0) }
        try attempt(after: 20, through: 30, succeeding: true)
        try attempt(after: 0, through: 30, succeeding: true)
        #expect(try folder.eventFiles().map { try folder.contents($0) } == before)
    }

    /// Every kind of record once, as small as they can be.
    func tinyAttempt(in folder: TemporaryFolder) throws -> [Finding] {
        var findings: [Finding] = []
        let log = try RunLog(folder: folder.path, resumingAfter: 0, now: { 1e9 }) { findings.append($0) }
        log.describe("s", title: "S", description: "")
        log.graph(NetworkGraph(.tiny, optimizer: "sgd"))
        log.layout(Layout([.init("c", [.init("l", .lines(["s$"]))])]))
        log.hyperparameters(["a": 1])
        try log.text("t", "text", step: 0)
        try log.scalar("s", 1, step: 1)
        try log.histogram("h", EveryKind.constant, step: 1)
        try log.image("i", png: EveryKind.png(width: 1, height: 1, seed: 1), step: 1)
        try log.runMetadata("r", RunMetadata(device: "", operations: []), step: 1)
        log.succeeded()
        try log.close()
        return findings
    }

    /// What the crash has left, at every byte of the file, is completed.
    @Test func aCrashAtEveryByteOfEveryKind() throws {
        #expect(try tinyAttempt(in: folder).isEmpty)
        let file = try #require(try folder.eventFiles().first)
        let (bytes, whole) = (try folder.contents(file), try folder.events())
        #expect(whole.keys.count == 7)
        let graphEnds = try folder.recordStarts(file)[2]
        for length in [0, 1, graphEnds - 1] + Array(graphEnds...bytes.count) {
            let copy = try TemporaryFolder()
            _ = try copy.write(bytes[..<length], to: try #require(file.lastComponent?.string))
            let findings = try tinyAttempt(in: copy)
            let events = try copy.events()
            #expect(events.points == whole.points)
            #expect((events.graphs, events.runMetadata) == (1, ["r"]))
            #expect(events.ends.allSatisfy { $0 == .clean })
            #expect(!findings.contains { $0.isWarning })
        }
    }

    /// At the end of each record of a whole run, and in the middle of the next.
    @Test func aCrashAtEachRecord() throws {
        try attempt(after: 0, through: 20, succeeding: true)
        let file = try #require(try folder.eventFiles().first)
        let (bytes, starts) = (try folder.contents(file), try folder.recordStarts(file))
        for length in starts.flatMap({ [$0, $0 + 19] }) where length <= bytes.count {
            let copy = try TemporaryFolder()
            _ = try copy.write(bytes[..<length], to: try #require(file.lastComponent?.string))
            try attempt(in: copy, after: 0, through: 20, succeeding: true)
            try expectWhole(copy, through: 20)
        }
    }

    /// The scalars of both attempts agree; the histogram does not, and the pictures after it are not looked at.
    @Test func aDifferentHistogramIsOneWarningAndTheFirstStands() throws {
        try attempt(after: 0, through: 30)
        let before = try folder.events()
        let findings = try attempt(after: 15, through: 40, skew: 1)
        #expect(findings == [.redrawn(tag: "weights/conv1", step: 20)])
        #expect(try folder.events().points.prefix(before.points.count) == before.points[...])
    }

    @Test func aDifferentPictureIsAWarning() throws {
        func draw(_ seed: Int) throws -> [Finding] {
            var findings: [Finding] = []
            let log = try RunLog(folder: folder.path, resumingAfter: 0) { findings.append($0) }
            try log.image("a", png: EveryKind.png(width: 3, height: 2, seed: seed), step: 1)
            try log.close()
            return findings
        }
        #expect(try draw(1) == [])
        #expect(try draw(1) == [.continuous(points: 1, through: 1)])
        #expect(try draw(2) == [.redrawn(tag: "a", step: 1)])
    }

    /// Readers keep the first row that a run gives.
    @Test func aChangedHyperparameterIsSaidAndNotWritten() throws {
        func start(_ hparams: HParams) throws -> [Finding] {
            var findings: [Finding] = []
            let log = try RunLog(folder: folder.path, resumingAfter: 0) { findings.append($0) }
            log.hyperparameters(hparams)
            log.hyperparameters(hparams)
            try log.close()
            return findings
        }
        let first: HParams = ["epochs": 90, "model": "alexnet", "shuffle": true, "limit": .number(.infinity)]
        #expect(try start(first) == [])
        #expect(try start(first) == [])
        let changed = try start([
            "limit": .number(.infinity), "epochs": 120, "model": "alexnet", "batch_size": 64,
        ])
        let change = Finding.hyperparametersChanged([
            "epochs: 90 → 120", "shuffle: true → none", "batch_size: none → 64",
        ])
        #expect(changed == [change, change])
        #expect(!change.isWarning)
        #expect(try folder.events().keys == ["_hparams_/session_start_info@0"])
    }

    /// Once per tag and attempt: per-file readers need it, the others keep the first.
    @Test func aCaptionGoesWithTheFirstPointOfEachFile() throws {
        try attempt(after: 0, through: 20)
        try attempt(after: 20, through: 40)
        let captions = try folder.events().points.filter { $0.caption != nil }.map { "\($0.tag)@\($0.step)" }
        #expect(
            captions.sorted() == [
                "filters/conv1@10", "filters/conv1@30", "job@0", "loss/train@2", "loss/train@22",
                "weights/conv1@10", "weights/conv1@30",
            ])
    }

    @Test func aTagIsOfOneKind() throws {
        let log = try RunLog(folder: folder.path, resumingAfter: 0) { _ in }
        let png = EveryKind.png(width: 1, height: 1, seed: 0)
        try log.histogram("h", EveryKind.histogram(0), step: 1)
        try log.image("i", png: png, step: 1)
        try log.text("t", "text", step: 1)
        #expect(throws: TensorBoardError.self) { try log.scalar("h", 1, step: 2) }
        #expect(throws: TensorBoardError.self) { try log.text("h", "text", step: 2) }
        #expect(throws: TensorBoardError.self) { try log.image("h", png: png, step: 2) }
        #expect(throws: TensorBoardError.self) { try log.histogram("i", EveryKind.histogram(0), step: 2) }
        #expect(throws: TensorBoardError.self) { try log.histogram("t", EveryKind.histogram(0), step: 2) }
        try log.close()
        // Also where another attempt used it first.
        let next = try RunLog(folder: folder.path, resumingAfter: 1) { _ in }
        #expect(throws: TensorBoardError.self) { try next.scalar("h", 1, step: 2) }
        #expect(try folder.events().keys == ["h@1", "i@1", "t@1"])
    }

    @Test func whatIsNoPictureIsRefused() throws {
        let log = try RunLog(folder: folder.path, resumingAfter: 0) { _ in }
        let png = EveryKind.png(width: 2, height: 2, seed: 0)
        var lying = png
        lying.replaceSubrange(16..<20, with: [0, 0, 0, 0])
        for bytes in [[], Array("GIF89a".utf8), Array(png.prefix(20)), lying] {
            #expect(throws: TensorBoardError.self) { try log.image("a", png: bytes, step: 1) }
        }
        #expect(throws: TensorBoardError.self) { try log.image("a\0", png: png, step: 1) }
        #expect(throws: TensorBoardError.self) {
            try log.runMetadata("", RunMetadata(device: "", operations: []), step: 1)
        }
        try log.close()
        #expect(try folder.eventFiles().isEmpty)
    }
}
