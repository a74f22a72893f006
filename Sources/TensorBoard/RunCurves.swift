// All curves of a run as its event files hold them, for whoever wants to see or export them. Read only, and whatever
// lies in the folder:
//
// 1. Files are read in the order of their names, record by record; only the points are kept.
// 2. Each (tag, step) is there once; of two the first stands. Steps rise.
// 3. What cannot be read costs itself alone: a record of bad data is skipped, a bad length or a torn tail ends its file,
//    a file that cannot be opened is passed over. Each is said in `reports`.

internal import Foundation
internal import Records
package import SystemPackage

package struct RunCurves: Sendable {
    /// By the bytes of their tags.
    package let curves: [Curve]
    /// One for each file in the order of their names.
    package let reports: [FileReport]
    /// Points left out because their tag had one at that step already.
    package let repeated: Int

    /// - Throws: `TensorBoardError.inputOutput` where the folder cannot be listed.
    package init(folder: FilePath) throws {
        var collector = Collector()
        reports = try EventFileName.all(in: folder).map { collector.read(folder.appending($0)) }
        let finished = collector.builders.map { $0.finished() }
        curves = finished.map(\.curve).sorted { $0.tag.utf8.lexicographicallyPrecedes($1.tag.utf8) }
        repeated = finished.reduce(0) { $0 + $1.repeated }
    }

    package subscript(tag tag: String) -> Curve? { curves.first { $0.tag == tag } }

    /// Whether a folder holds event files, readable or not.
    package static func areIn(_ folder: FilePath) -> Bool {
        (try? EventFileName.all(in: folder))?.isEmpty == false
    }
}

private struct Collector {
    private(set) var builders: [RunCurves.CurveBuilder] = []
    private var indices: [String: Int] = [:]
    private var events = ScalarReader()

    mutating func read(_ path: FilePath) -> RunCurves.FileReport {
        var report = RunCurves.FileReport(path: path)
        do {
            // To open a pipe would wait for its writer.
            guard try path.stat().type == .regular else {
                report.failure = "it is no file"
                return report
            }
            var reader = try RecordReader(path)
            while let bytes = try reader.next() {
                guard let record = events.decode(bytes) else {
                    report.unreadableRecords += 1
                    continue
                }
                report.unreadableScalars += record.unreadable
                for scalar in record.scalars { add(scalar, record) }
            }
            report.unreadableRecords += reader.skipped
            switch reader.end ?? .clean {
            case .clean: break
            case .torn(let offset): report.tornAt = offset
            case .badLength(let offset): report.badLengthAt = offset
            }
        } catch {
            report.failure = "\(error)"
        }
        return report
    }

    private mutating func add(_ scalar: ScalarReader.Scalar, _ record: ScalarReader.Record) {
        let index = indices[scalar.tag] ?? builders.count
        if index == builders.count {
            indices[scalar.tag] = index
            builders.append(RunCurves.CurveBuilder(tag: scalar.tag))
        }
        builders[index].add(record.step, record.wallTime, scalar)
    }
}
