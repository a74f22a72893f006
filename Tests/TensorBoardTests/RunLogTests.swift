// Written once: crashes at every byte, old checkpoints, several attempts, damaged files.

import Foundation
import Records
import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite struct RunLogTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// One attempt of a run that is a pure function of its steps: a loss each second step, its rate with it, an error
    /// each tenth, and a measurement that is different every time.
    @discardableResult
    func attempt(
        in folder: TemporaryFolder? = nil, after checkpoint: Int, through last: Int, skew: Double = 0,
        flushingEvery interval: Int = 6, closing: Bool = true
    ) throws -> [Finding] {
        var findings: [Finding] = []
        let log = try RunLog(folder: (folder ?? self.folder).path, resumingAfter: checkpoint) {
            findings.append($0)
        }
        log.graph(NetworkGraph(.tiny, optimizer: "sgd"))
        try log.text("job", "model: alexnet", step: checkpoint)
        if checkpoint == 0 { try log.scalar("validation/error", 1, step: 0) }
        for step in checkpoint + 1...last {
            if step % 2 == 0 {
                try log.scalar("train/loss", Self.loss(step) + skew, step: step)
                try log.scalar("train/rate", 0.01, step: step)
                try log.scalar("system/images_per_second", Double.random(in: 1...2), step: step)
            }
            if step % 10 == 0 { try log.scalar("validation/error", Self.loss(step) / 2, step: step) }
            if step % interval == 0 { try log.flush() }
        }
        if closing { try log.close() } else { try log.flush() }
        return findings
    }

    static func loss(_ step: Int) -> Double { 7 / Double(step + 1) }

    static func expectWhole(_ events: RawEvents, through last: Int) {
        #expect(Set(events.keys).count == events.keys.count, "a point is there twice")
        let logged = Array(stride(from: 2, through: last, by: 2))
        #expect(events.scalars("train/loss") == values(logged) { Float(loss($0)) })
        #expect(events.scalars("train/rate") == values(logged) { _ in 0.01 })
        #expect(events.scalars("system/images_per_second").keys.sorted() == logged)
        let evaluated = Array(stride(from: 0, through: last, by: 10))
        #expect(events.scalars("validation/error") == values(evaluated) { $0 == 0 ? 1 : Float(loss($0) / 2) })
        #expect(events.texts("job") == ["0 model: alexnet"])
        #expect(events.graphs == 1)
        #expect(events.ends.allSatisfy { $0 == .clean })
    }

    private static func values(_ steps: [Int], _ value: (Int) -> Float) -> [Int: Float] {
        Dictionary(uniqueKeysWithValues: steps.map { ($0, value($0)) })
    }

    @Test func oneAttempt() throws {
        #expect(try attempt(after: 0, through: 40).isEmpty)
        Self.expectWhole(try folder.events(), through: 40)
        #expect(try folder.eventFiles().count == 1)
    }

    @Test func finishingAgainChangesNothing() throws {
        try attempt(after: 0, through: 40)
        let before = try folder.eventFiles().map { try folder.contents($0) }
        #expect(try attempt(after: 40, through: 41).isEmpty)
        #expect(try attempt(after: 20, through: 40) == [.continuous(points: 10 * 2 + 2, through: 40)])
        #expect(try folder.eventFiles().map { try folder.contents($0) } == before)
    }

    /// The checkpoint is that of step 20; the crash may have left any part of what came after it.
    @Test func aCrashAtEveryByteAfterTheCheckpoint() throws {
        try attempt(after: 0, through: 20)
        let synced = try #require(try folder.eventFiles().first)
        let start = try folder.contents(synced)
        try attempt(after: 20, through: 34, closing: false)
        let crashed = try #require(try folder.eventFiles().last)
        let rest = try folder.contents(crashed)
        for length in 0...rest.count {
            let copy = try TemporaryFolder()
            _ = try copy.write(start, to: try #require(synced.lastComponent?.string))
            _ = try copy.write(rest[..<length], to: try #require(crashed.lastComponent?.string))
            let findings = try attempt(in: copy, after: 20, through: 40)
            Self.expectWhole(try copy.events(), through: 40)
            #expect(!findings.contains { $0.isWarning })
        }
    }

    /// All checkpoints are lost: the run starts again at step 0.
    @Test func aCrashWithoutACheckpoint() throws {
        try attempt(after: 0, through: 14, closing: false)
        let crashed = try #require(try folder.eventFiles().last)
        let bytes = try folder.contents(crashed)
        for length in stride(from: 0, through: bytes.count, by: 5) {
            let copy = try TemporaryFolder()
            _ = try copy.write(bytes[..<length], to: try #require(crashed.lastComponent?.string))
            try attempt(in: copy, after: 0, through: 20)
            Self.expectWhole(try copy.events(), through: 20)
        }
    }

    @Test func severalCrashesAndAnOlderCheckpoint() throws {
        try attempt(after: 0, through: 33, closing: false)
        try attempt(after: 20, through: 27, closing: false)
        try attempt(after: 20, through: 47, closing: false)
        try attempt(after: 10, through: 35, closing: false)
        let findings = try attempt(after: 10, through: 60)
        Self.expectWhole(try folder.events(), through: 60)
        // 18 even steps from 12 to 46 with two tags, and three evaluations.
        #expect(findings == [.continuous(points: 18 * 2 + 3, through: 46)])
    }

    /// Points of one step that went out in two writes, the second of them lost.
    @Test func aPointThatItsNeighbourOutlivedIsFilledIn() throws {
        do {
            let log = try RunLog(folder: folder.path, resumingAfter: 0) { _ in }
            try log.scalar("a", 1, step: 5)
            try log.flush()
        }
        let log = try RunLog(folder: folder.path, resumingAfter: 0) { _ in }
        try log.scalar("a", 1, step: 5)
        try log.scalar("b", 2, step: 5)
        try log.close()
        #expect(try folder.events().keys == ["a@5", "b@5"])
    }

    @Test func aDifferentValueIsReportedOnceAndTheFirstStands() throws {
        try attempt(after: 0, through: 30, closing: false)
        let findings = try attempt(after: 20, through: 40, skew: 1)
        #expect(
            findings == [
                .diverged(
                    tag: "train/loss", step: 22, written: Float(Self.loss(22)),
                    computed: Float(Self.loss(22) + 1))
            ])
        let loss = try folder.events().scalars("train/loss")
        #expect(loss[30] == Float(Self.loss(30)))
        #expect(loss[32] == Float(Self.loss(32) + 1))
    }

    @Test func aValueThatIsNotANumberIsEqualToItself() throws {
        var findings: [Finding] = []
        for _ in 0..<2 {
            let log = try RunLog(folder: folder.path, resumingAfter: 0) { findings.append($0) }
            try log.scalar("loss", .nan, step: 1)
            try log.close()
        }
        #expect(findings == [.continuous(points: 1, through: 1)])
    }

    @Test func aTextIsWrittenAgainOnlyWhenItHasChanged() throws {
        func note(_ text: String, after checkpoint: Int) throws {
            let log = try RunLog(folder: folder.path, resumingAfter: checkpoint) { _ in }
            try log.text("job", text, step: checkpoint)
            try log.close()
        }
        try note("rate 0.01", after: 0)
        try note("rate 0.01", after: 10)
        try note("rate 0.1", after: 20)
        try note("rate 0.1", after: 20)
        try note("rate 0.5", after: 20)
        try note("rate 0.1", after: 10)
        #expect(
            try folder.events().texts("job") == ["0 rate 0.01", "20 rate 0.1", "21 rate 0.5", "22 rate 0.1"])
    }

    @Test func aSeriesOfTextsIsReplayedToo() throws {
        for _ in 0..<2 {
            let log = try RunLog(folder: folder.path, resumingAfter: 0) { _ in }
            for step in 1...3 { try log.text("epoch", "epoch \(step) is over", step: step) }
            try log.close()
        }
        #expect(try folder.events().keys == ["epoch@1", "epoch@2", "epoch@3"])
    }

    @Test func aDamagedRecordIsLeftOutAndSaid() throws {
        try attempt(after: 0, through: 30)
        let file = try #require(try folder.eventFiles().first)
        var bytes = try folder.contents(file)
        bytes[bytes.count - 20] ^= 0xFF
        // Not a record that ends in zeros, which would be a torn one.
        bytes[bytes.count - 1] |= 1
        _ = try folder.write(bytes, to: try #require(file.lastComponent?.string))
        let findings = try attempt(after: 20, through: 40)
        #expect(findings.first == .unreadableRecords(file, count: 1))
        Self.expectWhole(try folder.events(), through: 40)
    }

    @Test func aBadLengthEndsItsFileAndTheRestIsWrittenAgain() throws {
        try attempt(after: 0, through: 20)
        try attempt(after: 20, through: 30, closing: false)
        let file = try #require(try folder.eventFiles().last)
        var bytes = try folder.contents(file)
        let firstRecord = 16 + Int(bytes[0])
        bytes[firstRecord + 2] ^= 1
        _ = try folder.write(bytes, to: try #require(file.lastComponent?.string))
        let findings = try attempt(after: 20, through: 40)
        #expect(findings == [.badLength(file, at: firstRecord)])
        #expect(try folder.contents(file) == bytes)
        var events = try folder.events()
        #expect(events.ends.contains(.badLength(at: firstRecord)))
        events.ends.removeAll { $0 != .clean }
        Self.expectWhole(events, through: 40)
    }

    @Test func aStrangersFileIsLeftAlone() throws {
        let name = "events.out.tfevents.1500000000.elsewhere.1.0"
        var records = RecordWriter()
        records.append(Event(wallTime: 1, step: 0, .fileVersion("brain.Event:2")).encoded())
        records.append(
            Event(wallTime: 1, step: 500, .summary(Summary([.init("train/loss", .scalar(9))]))).encoded())
        let torn = Array(records.bytes.dropLast(3)) + []
        let path = try folder.write(records.bytes + torn, to: name)
        let findings = try attempt(after: 0, through: 20)
        #expect(findings == [.foreign(path)])
        #expect(try folder.contents(path) == records.bytes + torn)
        var events = try folder.events()
        events.points.removeAll { $0.step == 500 }
        events.ends.removeFirst()
        Self.expectWhole(events, through: 20)
    }

    @Test(arguments: ["", "a\0b"]) func aTagThatWouldPoisonReadersIsRefused(tag: String) throws {
        let log = try RunLog(folder: folder.path, resumingAfter: 0) { _ in }
        #expect(throws: TensorBoardError.self) { try log.scalar(tag, 1, step: 1) }
        #expect(throws: TensorBoardError.self) { try log.text(tag, "text", step: 1) }
        try log.close()
        #expect(try folder.eventFiles().isEmpty)
    }

    @Test func aTagIsOfOneKind() throws {
        let log = try RunLog(folder: folder.path, resumingAfter: 0) { _ in }
        try log.scalar("a", 1, step: 1)
        try log.text("b", "text", step: 1)
        #expect(throws: TensorBoardError.self) { try log.text("a", "text", step: 2) }
        #expect(throws: TensorBoardError.self) { try log.scalar("b", 1, step: 2) }
        #expect(throws: TensorBoardError.self) { try log.scalar("a", 1, step: -1) }
    }
}
