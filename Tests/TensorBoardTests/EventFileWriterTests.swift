// The file itself: when it is made, what it is called, and a disk that is full.

import Foundation
import Records
import SystemPackage
import TemporaryFolders
import Testing

@testable import TensorBoard

@Suite struct EventFileWriterTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func point(_ step: Int) -> Event {
        Event(wallTime: Double(step), step: step, .summary(Summary([.init("loss", .scalar(Float(step)))])))
    }

    @Test func nothingToSayNoFile() throws {
        var writer = EventFileWriter(folder: folder.path)
        try writer.flush()
        try writer.sync()
        #expect(try folder.eventFiles().isEmpty)
        let path = writer.path
        #expect(path == nil)
    }

    @Test func aFileBeginsWithItsVersionAndItsWriter() throws {
        var writer = EventFileWriter(folder: folder.path) { 1_700_000_000.25 }
        writer.append(point(1))
        try writer.sync()
        let path = writer.path
        let file = try #require(path)
        #expect(try folder.eventFiles() == [file])
        var reader = try RecordReader(file)
        let first = try #require(try reader.next())
        #expect(
            Event(decoding: first)
                == Event(
                    wallTime: 1_700_000_000.25, step: 0, .fileVersion("brain.Event:2"), writer: "alexnetd"))
        #expect(try reader.next() == point(1).encoded())
    }

    @Test func namesSortByTimeEvenWhenTheClockStepsBack() throws {
        var names: [String] = []
        for now in [1_700_000_000.0, 1_700_000_000, 1_600_000_000, 900] {
            var writer = EventFileWriter(folder: folder.path) { now }
            writer.append(point(1))
            try writer.flush()
            let path = writer.path
            names.append(try #require(path?.lastComponent?.string))
        }
        #expect(names == names.sorted())
        #expect(Set(names).count == 4)
        #expect(names[0].hasPrefix("events.out.tfevents.1700000000."))
        #expect(names[3].hasPrefix("events.out.tfevents.1700000003."))
    }

    @Test func aStrangersNewerFileComesBefore() throws {
        _ = try folder.write([], to: "events.out.tfevents.1800000000.elsewhere.1.0")
        _ = try folder.write([], to: "events.out.tfevents.17000000000000.an-absurd-clock")
        var writer = EventFileWriter(folder: folder.path) { 1_700_000_000 }
        writer.append(point(1))
        try writer.flush()
        let path = writer.path
        #expect(try #require(path?.lastComponent?.string).hasPrefix("events.out.tfevents.1800000001."))
    }

    @Test func anEarlyClockKeepsTenDigits() {
        #expect(EventFileName.next(after: [], now: 900).hasPrefix("events.out.tfevents.0000000900."))
    }

    @Test func aMissingFolderIsNamed() throws {
        var writer = EventFileWriter(folder: folder.path.appending("absent"))
        writer.append(point(1))
        do {
            try writer.flush()
            Issue.record("wrote into a folder that is not there")
        } catch let error as TensorBoardError {
            #expect(error.code == .inputOutput)
            #expect(error.message.contains("absent"))
        }
    }

    /// A disk with room for so many bytes.
    final class Disk {
        var room: Int
        init(room: Int) { self.room = room }

        func write(_ file: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws -> Int {
            let count = min(bytes.count, room)
            guard count > 0 else { throw Errno.noSpace }
            room -= count
            return try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
    }

    @Test func aFullDiskLosesNothingAndLeavesWholeRecords() throws {
        let version = Event(wallTime: 1e9, step: 0, .fileVersion("brain.Event:2"), writer: "alexnetd")
        let firstWrite = [version, point(1), point(2)].reduce(0) {
            $0 + $1.encoded().count + RecordWriter.overhead
        }
        for room in 0..<firstWrite {
            let folder = try TemporaryFolder()
            let disk = Disk(room: room)
            var writer = EventFileWriter(folder: folder.path, now: { 1e9 }, write: disk.write)
            writer.append(point(1))
            writer.append(point(2))
            #expect(throws: TensorBoardError.self) { try writer.flush() }
            #expect(throws: TensorBoardError.self) { try writer.sync() }
            #expect(try folder.events().ends == [.clean])
            #expect(try folder.events().points.isEmpty)
            disk.room = 1 << 20
            writer.append(point(3))
            try writer.flush()
            #expect(try folder.events().keys == ["loss@1", "loss@2", "loss@3"])
            #expect(try folder.events().versions == 1)
            #expect(try folder.events().ends == [.clean])
        }
    }

    @Test func aFullDiskKeepsWhatWasThere() throws {
        let disk = Disk(room: 1 << 20)
        var writer = EventFileWriter(folder: folder.path, now: { 1e9 }, write: disk.write)
        writer.append(point(1))
        try writer.flush()
        disk.room = 9
        writer.append(point(2))
        do {
            try writer.flush()
            Issue.record("there was no room")
        } catch let error as TensorBoardError {
            #expect(error.code == .noSpace)
            #expect(error.message.contains("free some space"))
        }
        #expect(try folder.events().keys == ["loss@1"])
        #expect(try folder.events().ends == [.clean])
        disk.room = 1 << 20
        try writer.flush()
        #expect(try folder.events().keys == ["loss@1", "loss@2"])
    }

    @Test func aRunWaitsOutAFullDisk() throws {
        let disk = Disk(room: 100)
        let log = try RunLog(
            folder: folder.path, resumingAfter: 0, now: { 1e9 }, report: { _ in },
            writer: EventFileWriter(folder: folder.path, now: { 1e9 }, write: disk.write))
        for step in 1...50 {
            try log.scalar("loss", Double(step), step: step)
            do { try log.flush() } catch let error as TensorBoardError { #expect(error.code == .noSpace) }
            if step == 20 || step == 40 { disk.room = 300 }
        }
        #expect(throws: TensorBoardError.self) { try log.sync() }
        disk.room = 1 << 20
        try log.close()
        #expect(try folder.events().keys == (1...50).map { "loss@\($0)" })
        #expect(try folder.events().ends == [.clean])
    }
}
