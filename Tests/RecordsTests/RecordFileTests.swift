// Framing against golden bytes, and one test for each way a file can lie.

import Records
import SystemPackage
import TemporaryFolders
import Testing

@Suite struct RecordFileTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    static let records: [[UInt8]] = [Array("abc".utf8), [], Array(0..<200)]

    static func framed(_ records: [[UInt8]] = records) -> [UInt8] {
        var writer = RecordWriter()
        for record in records { writer.append(record) }
        return writer.bytes
    }

    func read(_ bytes: [UInt8]) throws -> (
        records: [[UInt8]], end: RecordReader.End?, skipped: Int, offset: Int
    ) {
        var reader = try RecordReader(folder.write(bytes))
        var records: [[UInt8]] = []
        while let record = try reader.next() { records.append(record) }
        return (records, reader.end, reader.skipped, reader.offset)
    }

    /// Made with Python's struct module and a bitwise CRC.
    @Test func goldenBytes() {
        #expect(
            Self.framed([Array("abc".utf8), []]) == [
                0x03, 0, 0, 0, 0, 0, 0, 0, 0xB0, 0x99, 0x49, 0x0E, 0x61, 0x62, 0x63, 0x6E, 0x57, 0xF1, 0x21,
                0x00, 0, 0, 0, 0, 0, 0, 0, 0x29, 0x03, 0x98, 0x07, 0xD8, 0xEA, 0x82, 0xA2,
            ])
    }

    @Test func whatIsWrittenIsRead() throws {
        let result = try read(Self.framed())
        #expect(result.records == Self.records)
        #expect(result.end == .clean)
        #expect(result.offset == Self.framed().count)
    }

    @Test func anEmptyFileIsClean() throws {
        let result = try read([])
        #expect(result.records.isEmpty && result.end == .clean)
    }

    @Test func aFileCutAnywhereGivesItsWholeRecords() throws {
        let bytes = Self.framed()
        var boundaries = [0]
        for record in Self.records {
            boundaries.append(boundaries.last! + record.count + RecordWriter.overhead)
        }
        for length in bytes.indices {
            let whole = boundaries.lastIndex { $0 <= length }!
            let result = try read(Array(bytes[..<length]))
            #expect(result.records == Array(Self.records[..<whole]))
            #expect(result.end == (boundaries[whole] == length ? .clean : .torn(at: boundaries[whole])))
            #expect(result.offset == boundaries[whole])
        }
    }

    @Test func dataThatDoesNotMatchIsSkippedAndCounted() throws {
        var bytes = Self.framed()
        bytes[12] ^= 0x10
        let result = try read(bytes)
        #expect(result.records == Array(Self.records[1...]))
        #expect(result.skipped == 1)
        #expect(result.end == .clean)
    }

    @Test func aLengthThatDoesNotMatchEndsTheFile() throws {
        for byte in 0..<12 {
            var bytes = Self.framed()
            bytes[19 + byte] ^= 0x01
            let result = try read(bytes)
            #expect(result.records == [Self.records[0]])
            #expect(result.end == .badLength(at: 19))
        }
    }

    /// Its checksum is right, so only the size of the file speaks against it.
    @Test func anEnormousLengthIsATornRecord() throws {
        let length = withUnsafeBytes(of: UInt64.max.littleEndian) { [UInt8]($0) }
        let crc = withUnsafeBytes(of: length.withUnsafeBytes(MaskedCRC.of).littleEndian) { [UInt8]($0) }
        let start = Self.framed()
        let result = try read(start + length + crc + Array(repeating: 0, count: 100))
        #expect(result.records == Self.records)
        #expect(result.end == .torn(at: start.count))
    }

    @Test func recordsLargerThanTheBufferAndAcrossItsEdge() throws {
        let records = [3_000_000, 5, 1_048_500, 1_000, 0, 2_000_000].map { count in
            (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
        }
        let result = try read(Self.framed(records))
        #expect(result.records == records)
        #expect(result.end == .clean)
    }

    @Test func aFileThatGrowsIsReadAsItWas() throws {
        let path = try folder.write(Self.framed())
        var reader = try RecordReader(path)
        let descriptor = try FileDescriptor.open(path, .writeOnly, options: [.append])
        defer { try? descriptor.close() }
        _ = try descriptor.writeAll(Self.framed())
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == Self.records.count)
        #expect(reader.end == .clean)
    }

    @Test func aMissingFileIsNamed() throws {
        let path = folder.path.appending("absent")
        do {
            _ = try RecordReader(path)
            Issue.record("opened \(path)")
        } catch let error as RecordsError {
            #expect(error.code == .unreadable)
            #expect(error.message.contains(path.string))
        }
    }
}
