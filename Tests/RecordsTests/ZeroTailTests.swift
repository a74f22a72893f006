// Zeros where a file was to go on: what a power cut leaves of bytes that were not on the disk when the file's length was.

import Records
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct ZeroTailTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let records: [[UInt8]] = [Array("abc".utf8), [], Array(1...200)]

    private static var bytes: [UInt8] {
        var writer = RecordWriter()
        for record in records { writer.append(record) }
        return writer.bytes
    }

    private func read(_ bytes: [UInt8]) throws -> (count: Int, end: RecordReader.End?, skipped: Int) {
        var reader = try RecordReader(folder.write(bytes))
        var count = 0
        while try reader.next() != nil { count += 1 }
        return (count, reader.end, reader.skipped)
    }

    /// More than is looked at in one go, too.
    @Test(arguments: [0, 1, 16, 100_000]) func zerosFromAnyByteOnAreATornTail(behind: Int) throws {
        let bytes = Self.bytes
        var ends = [0]
        for record in Self.records {
            ends.append(ends[ends.count - 1] + record.count + RecordWriter.overhead)
        }
        for length in stride(from: 0, through: bytes.count, by: behind > 100 ? 17 : 1) {
            let tail = [UInt8](repeating: 0, count: bytes.count - length + behind)
            let result = try read(bytes[..<length] + tail)
            // A byte that was zero anyway is there all the same.
            let whole = bytes[length...].allSatisfy { $0 == 0 } ? bytes.count : length
            let last = ends.lastIndex { $0 <= whole } ?? 0
            let isClean = ends[last] == bytes.count && behind == 0
            #expect(result.count == last, "zeros from \(length) on")
            #expect(result.end == (isClean ? .clean : .torn(at: ends[last])), "zeros from \(length) on")
            #expect(result.skipped == 0)
        }
    }

    @Test func zerosBeforeOtherBytesAreDamage() throws {
        let bytes = Self.bytes
        let first = 3 + RecordWriter.overhead
        let hole = bytes[..<first] + [UInt8](repeating: 0, count: 40) + bytes[first...]
        #expect(try read(Array(hole)).end == .badLength(at: first))
    }
}
