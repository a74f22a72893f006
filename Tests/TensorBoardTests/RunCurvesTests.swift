// Curves as they are read back: whose ever files they are, and whatever happened to them.

import Foundation
import Records
import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite struct RunCurvesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static func framed(_ records: [[UInt8]]) -> [UInt8] {
        var writer = RecordWriter()
        for record in records { writer.append(record) }
        return writer.bytes
    }

    static func scalars(_ tag: String, _ points: [(Int, Float)]) -> [[UInt8]] {
        points.map { step, value in
            Event(wallTime: Double(step), step: step, .summary(Summary([.init(tag, .scalar(value))])))
                .encoded()
        }
    }

    func write(_ name: String, _ records: [[UInt8]]) throws {
        try folder.write(Self.framed(records), to: "events.out.tfevents.\(name)")
    }

    func read() throws -> RunCurves { try RunCurves(folder: folder.path) }

    @Test func whatARunLogWritesIsRead() throws {
        let log = try RunLog(folder: folder.path, resumingAfter: 0) { _ in }
        for step in 1...300 {
            try log.scalar("loss/train", 1 / Double(step), step: step)
            try log.scalar("accuracy", step == 7 ? .nan : Double(step), step: step)
        }
        try log.text("job", "not a scalar", step: 1)
        try log.close()
        let curves = try read()
        #expect(curves.curves.map(\.tag) == ["accuracy", "loss/train"])
        let loss = try #require(curves[tag: "loss/train"])
        #expect(loss.steps == Array(1...300))
        #expect(loss.values == (1...300).map { Double(Float(1 / Double($0))) })
        #expect(loss.wallTimes.count == 300 && loss.isSingle)
        #expect(curves[tag: "accuracy"]?.values[6].isNaN == true)
        #expect(curves.reports.allSatisfy { $0.isWhole } && curves.repeated == 0)
    }

    @Test func ofTwoPointsAtOneStepTheFirstStandsAndStepsRise() throws {
        try write("2", Self.scalars("a", [(3, 30), (5, 50), (4, 40), (6, 60)]))
        try write("1", Self.scalars("a", [(1, 1), (2, 2), (3, 3), (4, 4), (2, 9)]))
        let curves = try read()
        #expect(curves[tag: "a"]?.steps == [1, 2, 3, 4, 5, 6])
        #expect(curves[tag: "a"]?.values == [1, 2, 3, 4, 50, 60])
        #expect(curves.repeated == 3)
    }

    @Test func scalarsOfOtherProgramsAreRead() throws {
        try write(
            "1",
            [
                ForeignEvent.tensor("float", step: 1, ForeignTensor.float(0.1)),
                // A tag's first metadata counts for all its values.
                ForeignEvent.tensor("float", step: 2, ForeignTensor.floatContent(0.2), plugin: nil),
                ForeignEvent.tensor("double", step: 1, ForeignTensor.double(0.1)),
                ForeignEvent.tensor("int", step: 1, ForeignTensor.int64(-3)),
                // TensorFlow leaves a zero away.
                ForeignEvent.tensor("zero", step: 1, Field.varint(1, 1) + ForeignTensor.rankZero),
                ForeignEvent.tensor("text", step: 1, ForeignTensor.float(1), plugin: "text"),
                ForeignEvent.tensor("bare", step: 1, ForeignTensor.float(1), plugin: nil),
            ])
        let curves = try read()
        #expect(curves.curves.map(\.tag) == ["double", "float", "int", "zero"])
        #expect(curves[tag: "float"]?.values == [Double(Float(0.1)), Double(Float(0.2))])
        #expect(curves[tag: "double"]?.values == [0.1])
        #expect(curves[tag: "double"]?.isSingle == false && curves[tag: "float"]?.isSingle == true)
        #expect(curves[tag: "int"]?.values == [-3] && curves[tag: "zero"]?.values == [0])
        #expect(curves.reports.allSatisfy { $0.isWhole })
    }

    @Test func aScalarThatIsNoneIsCounted() throws {
        let two = Field.varint(1, 1) + Field.bytes(5, Field.little(UInt64(0)))
        try write(
            "1",
            [ForeignEvent.tensor("a", step: 1, two), ForeignEvent.tensor("a", step: 2, Field.varint(1, 7))]
                + Self.scalars("b", [(1, 1)]))
        let curves = try read()
        #expect(curves.curves.map(\.tag) == ["b"])
        #expect(curves.reports.map(\.unreadableScalars) == [2])
    }

    @Test func damageCostsItselfAlone() throws {
        let records = Self.scalars("a", [(1, 1), (2, 2), (3, 3)])
        let length = Self.framed([records[0]]).count
        var bytes = Self.framed(records)
        bytes[length + 14] ^= 1
        try folder.write(bytes, to: "1.tfevents")
        try folder.write(Self.framed(Self.scalars("b", [(1, 1), (2, 2)])).dropLast(3), to: "2.tfevents")
        bytes = Self.framed(Self.scalars("c", [(1, 1), (2, 2), (3, 3)]))
        bytes[length + 3] ^= 1
        try folder.write(bytes, to: "3.tfevents")
        try write("4", [Array("no event".utf8)] + Self.scalars("d", [(1, 1)]))
        let curves = try read()
        #expect(curves.curves.map(\.tag) == ["a", "b", "c", "d"])
        #expect(curves.curves.map(\.steps) == [[1, 3], [1], [1], [1]])
        let said = curves.reports.map { $0.description.dropFirst($0.path.string.count) }
        #expect(
            said == [
                ": 1 damaged record is left out", ": ends in a torn record at byte \(length)",
                ": damaged at byte \(length); what lies behind it cannot be read",
                ": 1 damaged record is left out",
            ])
    }

    /// Its checksum is right, and nothing of that size is ever allocated.
    @Test(arguments: [0xFFFF_FFFF, .max, 1 << 40] as [UInt64]) func anEnormousLengthIsATornRecord(
        _ length: UInt64
    )
        throws
    {
        let header = Field.little(length)
        let crc = Field.little(header.withUnsafeBytes(MaskedCRC.of))
        let start = Self.framed(Self.scalars("a", [(1, 1)]))
        try folder.write(start + header + crc + Array(repeating: 7, count: 50), to: "1.tfevents")
        let curves = try read()
        #expect(curves[tag: "a"]?.steps == [1])
        #expect(curves.reports.map(\.tornAt) == [start.count])
    }

    /// To open a pipe would wait for ever.
    @Test func whatIsNoFileIsPassedOver() throws {
        #expect(mkfifo(folder.path.appending("1.tfevents").string, 0o600) == 0)
        try folder.write([], to: "2.tfevents/inside")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path.appending("3.tfevents").string, withDestinationPath: "nowhere")
        try folder.write([], to: "4.tfevents")
        try write("5", Self.scalars("a", [(1, 1)]))
        let curves = try read()
        #expect(curves[tag: "a"]?.values == [1])
        #expect(curves.reports.map { $0.failure != nil } == [true, true, true, false, false])
    }

    @Test func aFolderThatIsNotThere() throws {
        let absent = folder.path.appending("absent")
        #expect(throws: TensorBoardError.self) { try RunCurves(folder: absent) }
        #expect(!RunCurves.areIn(absent) && !RunCurves.areIn(folder.path))
    }
}
