// Thousands of damaged files: the reader never fails, and every point written before the damage is as it was.
//
// A seed names a whole sequence, so a failure comes again.

import Records
import SeededRandom
import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite struct RunCurvesFuzzTests {
    struct Point: Hashable {
        let tag: String
        let step: Int
        let bits: UInt64
    }

    /// A record with what it says.
    struct Record {
        let data: [UInt8]
        let points: [Point]
    }

    let folder: TemporaryFolder
    let records: [Record]

    init() throws {
        folder = try TemporaryFolder()
        var records = [
            Record(
                data: Event(wallTime: 1, step: 0, .graph(Array(repeating: 9, count: 300))).encoded(),
                points: [])
        ]
        for step in 1...40 {
            let value = Float(1) / Float(step)
            let point = Point(tag: "a/\(step % 3)", step: step, bits: Double(value).bitPattern)
            let event = Event(
                wallTime: 1.5, step: step, .summary(Summary([.init(point.tag, .scalar(value))])))
            records.append(Record(data: event.encoded(), points: [point]))
            let wide = Point(tag: "b", step: step, bits: (1 / Double(step)).bitPattern)
            records.append(
                Record(
                    data: ForeignEvent.tensor("b", step: step, ForeignTensor.double(1 / Double(step))),
                    points: [wide]))
        }
        self.records = records
    }

    /// Whole files.
    static func framed(_ records: [[UInt8]]) -> [UInt8] {
        var writer = RecordWriter()
        for record in records { writer.append(record) }
        return writer.bytes
    }

    var file: [UInt8] { Self.framed(records.map(\.data)) }

    /// Where each record ends.
    var ends: [Int] {
        var end = 0
        return records.map { record in
            end += record.data.count + RecordWriter.overhead
            return end
        }
    }

    func points(_ bytes: [UInt8]) throws -> Set<Point> {
        try folder.write(bytes, to: "1.tfevents")
        let curves = try RunCurves(folder: folder.path)
        var points: Set<Point> = []
        for curve in curves.curves {
            #expect(zip(curve.steps, curve.steps.dropFirst()).allSatisfy { $0 < $1 })
            for (step, value) in zip(curve.steps, curve.values) {
                points.insert(Point(tag: curve.tag, step: step, bits: value.bitPattern))
            }
        }
        return points
    }

    /// What must still be there of a file that is as it was up to this byte.
    func intact(_ length: Int) -> Set<Point> {
        Set(zip(records, ends).filter { $0.1 <= length }.flatMap(\.0.points))
    }

    @Test func cutAtEveryByteOfTheLastRecords() throws {
        let bytes = file
        for length in ends[ends.count - 4]...bytes.count {
            #expect(try points(Array(bytes[..<length])) == intact(length), "cut at \(length)")
        }
    }

    @Test(arguments: 0..<4) func damagedFiles(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let whole = file
        for round in 0..<450 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) { Self.damage(&bytes, using: &random) }
            let same = zip(bytes, whole).prefix { $0 == $1 }.count
            let missing = intact(same).subtracting(try points(bytes))
            #expect(missing.isEmpty, "seed \(seed), round \(round): damaged from byte \(same)")
        }
    }

    /// Records that are damaged within, their checksums right again: what only the decoder can find out.
    @Test(arguments: 0..<4) func damagedRecords(seed: UInt64) throws {
        var random = SeededRandom(seed: 100 + seed)
        for round in 0..<450 {
            let first = Int.random(in: records.indices, using: &random)
            var data = records.map(\.data)
            for index in first..<min(first + 3, data.count) {
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    Self.damage(&data[index], using: &random)
                }
            }
            let expected = Set(records[..<first].flatMap(\.points))
            let missing = expected.subtracting(try points(Self.framed(data)))
            #expect(missing.isEmpty, "seed \(seed), round \(round): damaged from record \(first)")
        }
    }

    /// A flipped bit, a number at its limit, a cut, a piece taken out, doubled or put elsewhere, noise.
    private static func damage(_ bytes: inout [UInt8], using random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        func place() -> Int { Int.random(in: bytes.indices, using: &random) }
        let start = place()
        let piece = start..<min(bytes.count, start + Int.random(in: 1...64, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0, 1: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: for index in piece { bytes[index] = Bool.random(using: &random) ? 0xFF : 0 }
        case 3: bytes.removeSubrange(start...)
        case 4: bytes.removeSubrange(piece)
        case 5: bytes.insert(contentsOf: bytes[piece], at: place())
        default: for index in piece { bytes[index] = UInt8.random(in: 0...255, using: &random) }
        }
    }
}
