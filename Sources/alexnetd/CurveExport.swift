// Curves as text for other programs: exact numbers, in the order of the runs as given, tags by their bytes, steps.

import Foundation
import TensorBoard

enum CurveExport {
    // MARK: CSV (RFC 4180, with line feeds alone)

    static func csv(_ runs: [CurveSource.Run], _ tags: [String], _ out: inout Printout) throws {
        try out.write("run,tag,step,wall_time,value\n")
        for (run, curve) in chosen(runs, tags) {
            let start = "\(quoted(run.name)),\(quoted(curve.tag)),"
            for index in curve.steps.indices {
                try out.write(
                    "\(start)\(curve.steps[index]),\(text(curve.wallTimes[index])),\(curve.valueText(index))\n"
                )
            }
        }
    }

    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }) else { return field }
        return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }

    // MARK: JSON

    private struct Row: Encodable {
        let run: String
        let curve: RunCurves.Curve

        enum CodingKeys: String, CodingKey {
            case run, tag, steps, values
            case wallTimes = "wall_times"
        }

        func encode(to encoder: any Encoder) throws {
            var row = encoder.container(keyedBy: CodingKeys.self)
            try row.encode(run, forKey: .run)
            try row.encode(curve.tag, forKey: .tag)
            try row.encode(curve.steps, forKey: .steps)
            try row.encode(curve.wallTimes, forKey: .wallTimes)
            if curve.isSingle {
                try row.encode(curve.values.map { Float($0) }, forKey: .values)
            } else {
                try row.encode(curve.values, forKey: .values)
            }
        }
    }

    /// A curve a line; what JSON has no number for is "nan", "inf" or "-inf".
    static func json(_ runs: [CurveSource.Run], _ tags: [String], _ out: inout Printout) throws {
        var separator = "[\n"
        for (run, curve) in chosen(runs, tags) {
            try out.write(separator + JSONText.of(Row(run: run.name, curve: curve)))
            separator = ",\n"
        }
        try out.write("\n]\n")
    }

    // MARK: A list for people

    static func list(_ runs: [CurveSource.Run], _ tags: [String]) -> String {
        let rows = chosen(runs, tags).map { run, curve in
            [
                run.name, curve.tag, "\(curve.steps.count)", "\(curve.steps.first ?? 0)",
                "\(curve.steps.last ?? 0)", curve.valueText(curve.values.count - 1),
            ].map(\.printable)
        }
        let lines = [["RUN", "TAG", "POINTS", "FIRST", "LAST", "LAST VALUE"]] + rows
        let shown = runs.count > 1 ? lines : lines.map { Array($0.dropFirst()) }
        let widths = shown[0].indices.map { column in shown.map { $0[column].count }.max() ?? 0 }
        return shown.map { line in
            let padded = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return padded.joined(separator: "  ").trimmingCharacters(in: .whitespaces) + "\n"
        }.joined()
    }

    private static func chosen(
        _ runs: [CurveSource.Run], _ tags: [String]
    ) -> [(run: CurveSource.Run, curve: RunCurves.Curve)] {
        let tags = Set(tags)
        return runs.flatMap { run in
            run.curves.curves.filter { tags.contains($0.tag) }.map { (run, $0) }
        }
    }

    /// The shortest that reads back as the same number.
    fileprivate static func text(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
        value.isNaN ? "nan" : value.description
    }
}

extension RunCurves.Curve {
    /// A `Float`'s digits where it was written as one.
    fileprivate func valueText(_ index: Int) -> String {
        isSingle ? CurveExport.text(Float(values[index])) : CurveExport.text(values[index])
    }
}
