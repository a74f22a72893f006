// All events of a folder, in the order of every reader, whatever the files hold.

import Records
import SystemPackage
import TemporaryFolders
import TensorBoard
import Testing

@Suite struct EventReaderTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func file(_ second: Int, ours: Bool = true, steps: Range<Int>) throws -> (path: FilePath, bytes: [UInt8])
    {
        var records = RecordWriter()
        for step in steps {
            let value = Summary.Value("loss", .scalar(Float(step)))
            records.append(Event(wallTime: Double(step), step: step, .summary(Summary([value]))).encoded())
        }
        let name = "events.out.tfevents.\(second).host.1" + (ours ? ".alexnetd" : "")
        return (try folder.write(records.bytes, to: name), records.bytes)
    }

    func read(
        _ selection: EventReader.Selection = .all
    ) throws -> (steps: [Int], findings: [Finding]) {
        var reader = try EventReader(folder: folder.path, selection)
        var steps: [Int] = []
        while let event = try reader.next() { steps.append(event.step) }
        return (steps, reader.findings)
    }

    @Test func anEmptyFolder() throws {
        #expect(try read() == ([], []))
        #expect(throws: TensorBoardError.self) {
            _ = try EventReader(folder: folder.path.appending("absent"))
        }
    }

    @Test func filesByNameRecordsFrontToBack() throws {
        _ = try file(1_700_000_002, steps: 4..<6)
        _ = try file(1_700_000_001, steps: 1..<4)
        let foreign = try file(1_700_000_003, ours: false, steps: 9..<10).path
        #expect(try read() == ([1, 2, 3, 4, 5, 9], [.foreign(foreign)]))
        #expect(try read(.ours) == ([1, 2, 3, 4, 5], [.foreign(foreign)]))
    }

    /// A reader that goes on is at the next file, wherever the one before ends.
    @Test func everyTruncationAndEveryDamagedByte() throws {
        let (path, bytes) = try file(1_700_000_001, steps: 1..<4)
        _ = try file(1_700_000_002, steps: 4..<6)
        let name = try #require(path.lastComponent?.string)
        let record = bytes.count / 3
        for length in bytes.indices {
            _ = try folder.write(bytes[..<length], to: name)
            let torn: [Finding] =
                length % record == 0 ? [] : [.tornTail(path, at: length / record * record)]
            #expect(try read() == (Array(1..<1 + length / record) + [4, 5], torn))
        }
        for byte in bytes.indices {
            var damaged = bytes
            damaged[byte] ^= 1 << (byte % 8)
            _ = try folder.write(damaged, to: name)
            let (steps, findings) = try read()
            #expect(steps.suffix(2) == [4, 5])
            #expect(Set(steps).isSubset(of: [1, 2, 3, 4, 5]) && steps == steps.sorted())
            #expect(findings.count == 1 && findings[0].isWarning, "\(findings)")
        }
    }
}
