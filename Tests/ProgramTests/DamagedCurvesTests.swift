// Event files that somebody or something has damaged between two attempts, beyond the last checkpoint. What can be computed
// again is there once in the end; what cannot be whole is said once.

import Foundation
import Records
import SystemPackage
import TemporaryFolders
import Testing

extension WholeProgram {
    @Suite(.enabled(if: FaultLibrary.isPossible, "needs a C compiler"))
    struct DamagedCurvesTests {
        /// Its checkpoint is that of step 9, its points go to step 18.
        let killed: Workplace
        let reference: Workplace
        let job: SmallJob
        let fileName: String
        let bytes: [UInt8]
        /// Where each record begins, and the end.
        let records: [Int]

        init() async throws {
            reference = try Workplace()
            job = reference.job.with("checkpoint", "{every: 1 epoch, keep: 1}")
            try await reference.trained(job)
            killed = try Workplace(sharing: reference)
            let rule = Faults.Rule(calls: "mkdir", path: ".tmp-step-00000018", effect: .kill)
            let program = try await killed.trained(job, with: Faults(rules: [rule]))
            try #require(program.end == .killed(SIGKILL))
            try #require(try killed.store().steps() == [9])
            fileName = try #require(try RunCurves(killed.run()).files.last)
            let path = killed.run().path.appending(fileName)
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.string)))
            var reader = try RecordReader(path)
            var starts = [0]
            while try reader.next() != nil { starts.append(reader.offset) }
            records = starts
        }

        @Test func whatCanBeWholeIsWhole() async throws {
            try await tornTails()
            try await aFlippedByteCostsItsRecord()
            // In the length, and in its checksum.
            for byte in [0, 9] { try await aFlippedLengthEndsTheFile(byte) }
            // A name that sorts before ours, and one behind.
            for stamp in [1_000_000_000, 9_000_000_000] { try await aStrangersFileIsLeftAlone(stamp) }
        }

        /// A crash leaves half a record, a power cut zeros; at any byte of the last two with ALEXNETD_LONG=1.
        private func tornTails() async throws {
            let lastTwo = (records[records.count - 3] + 1..<bytes.count).filter { !records.contains($0) }
            let lengths = FaultLibrary.isLong ? lastTwo : Array(lastTwo.shuffled().prefix(3))
            for (index, length) in lengths.enumerated() {
                let zeros = [0, bytes.count - length, 4096][index % 3]
                let place = try await goneOn(
                    bytes[..<length] + [UInt8](repeating: 0, count: zeros), says: "cut a torn record off")
                try expectSame(place.run(), as: reference.run(), "\(zeros) zeros after byte \(length)")
            }
            print("\(lengths.count) torn event files: as if they had been whole")
        }

        /// Its points are gone, and those alone.
        private func aFlippedByteCostsItsRecord() async throws {
            let (record, points) = try recordWithLaterPoints(from: records.count - 4)
            var bytes = bytes
            bytes[records[record] + 20] ^= 0x10
            let place = try await goneOn(bytes, says: "1 damaged records are left out")
            let (curves, expected) = (try RunCurves(place.run()), try RunCurves(reference.run()))
            let lost = points.intersection(expected.computed.keys)
            try #require(!lost.isEmpty)
            #expect(Set(expected.computed.keys).subtracting(curves.computed.keys) == lost)
            #expect(curves.computed.allSatisfy { expected.computed[$0.key] == $0.value })
            #expect(curves.repeated == [] && curves.late == [])
            #expect(curves.damaged.count == 1)
            #expect(try place.store().contents(of: 27) == reference.store().contents(of: 27))
        }

        /// What lies behind it is written again, into the next file.
        private func aFlippedLengthEndsTheFile(_ byte: Int) async throws {
            let at = records[records.count - 4]
            var bytes = bytes
            bytes[at + byte] ^= 0x10
            let place = try await goneOn(bytes, says: "damaged at byte \(at);")
            let (curves, expected) = (try RunCurves(place.run()), try RunCurves(reference.run()))
            #expect(curves.computed == expected.computed)
            #expect(curves.measuredByPlan == expected.measuredByPlan)
            #expect(curves.repeated == [] && curves.late == [])
            #expect(curves.damaged.count == 1)
        }

        /// The points of a record; its last one is written again if it is damaged, so one that has others behind it.
        private func recordWithLaterPoints(from last: Int) throws -> (
            index: Int, points: Set<RunCurves.Point>
        ) {
            let file = killed.run().path.appending(fileName)
            var later: Set<String> = []
            for index in stride(from: records.count - 2, to: 0, by: -1) {
                let points = try RunCurves.points(file, record: index)
                if index <= last, !points.isEmpty, points.allSatisfy({ later.contains($0.tag) }) {
                    return (index, points)
                }
                later.formUnion(points.map(\.tag))
            }
            throw CancellationError()
        }

        private func aStrangersFileIsLeftAlone(_ stamp: Int) async throws {
            let name = "events.out.tfevents.\(stamp).elsewhere.1.0"
            // Its version, then half a record.
            let stranger = Array(bytes[..<(records[1] + 20)])
            let place = try await goneOn(bytes, beside: (name, stranger), says: "another program's")
            let run = place.run().path
            #expect(try Data(contentsOf: URL(fileURLWithPath: run.appending(name).string)) == Data(stranger))
            let newest = try #require(try RunCurves(place.run()).files.last)
            #expect(newest.hasSuffix(".alexnetd"), "\(newest)")
            unlink(run.appending(name).string)
            try expectSame(place.run(), as: reference.run())
        }

        /// Goes on with other bytes in the event file, and perhaps another file beside it.
        /// - Parameter text: said once in train.log.
        private func goneOn(
            _ bytes: [UInt8], beside other: (name: String, bytes: [UInt8])? = nil, says text: String
        ) async throws -> Workplace {
            let place = try Workplace(sharing: reference)
            try FileManager.default.copyItem(
                atPath: killed.root.path.string, toPath: place.root.path.string)
            let run = place.run().path
            try Data(bytes).write(to: URL(fileURLWithPath: run.appending(fileName).string))
            if let other {
                try Data(other.bytes).write(to: URL(fileURLWithPath: run.appending(other.name).string))
            }
            let program = try await place.trained(job)
            #expect(program.end == .exited(0), "\(program.output)")
            let said = place.text(place.run().log).components(separatedBy: text).count - 1
            #expect(said == 1, "\(program.output)")
            #expect(program.output.contains("the curves continue exactly"), "\(program.output)")
            return place
        }
    }
}
