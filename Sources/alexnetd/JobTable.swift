// The table of `alexnetd jobs`: columns as wide as their widest cell, two spaces between, none at a line's end. Columns
// without anything to show are left out; where a terminal is too narrow, so are the least telling ones, and the notes
// are cut.

import Foundation

struct JobTable {
    private struct Column {
        let title: String
        /// 0 stays always; the highest goes first.
        let expendability: Int
        let cell: (JobRow) -> String?

        init(_ title: String, _ expendability: Int, _ cell: @escaping (JobRow) -> String?) {
            (self.title, self.expendability, self.cell) = (title, expendability, cell)
        }
    }

    /// Notes are cut to this before another column goes.
    private static let shortestNote = 24

    /// - Parameters:
    ///   - width: of the terminal; nil cuts nothing.
    ///   - now: what "2 min ago" is counted from.
    static func lines(_ rows: [JobRow], width: Int? = nil, now: Date = Date()) -> [String] {
        let all = columns(now).map { column in
            (column: column, cells: rows.map { column.cell($0)?.printable })
        }
        var shown = all.filter { $0.column.expendability == 0 || $0.cells.contains { $0 != nil } }
        func room(_ part: (column: Column, cells: [String?])) -> Int {
            let width = ([part.column.title] + part.cells.map { $0 ?? "-" }).map(\.count).max() ?? 0
            return part.column.title == "NOTE" ? min(width, Self.shortestNote) : width
        }
        if let width {
            while shown.map(room).reduce(0, +) + 2 * (shown.count - 1) > width,
                let least = shown.indices.max(by: {
                    shown[$0].column.expendability < shown[$1].column.expendability
                }), shown[least].column.expendability > 0
            {
                shown.remove(at: least)
            }
        }
        let widths = shown.map { part in
            ([part.column.title] + part.cells.map { $0 ?? "-" }).map(\.count).max() ?? 0
        }
        let cells =
            [shown.map(\.column.title)]
            + rows.indices.map { row in
                shown.map { $0.cells[row] ?? ($0.column.title == "NOTE" ? "" : "-") }
            }
        return cells.map { line in
            let padded = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let text = padded.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
            return width.map { text.cut(to: $0) } ?? text
        }
    }

    private static func columns(_ now: Date) -> [Column] {
        func part(_ done: Int?, _ all: Int?) -> String? {
            done.map { done in "\(done)" + (all.map { "/\($0)" } ?? "") }
        }
        func decimal(_ value: Double?, _ digits: Int) -> String? {
            value.map { String(format: "%.\(digits)f", $0) }
        }
        return [
            Column("NAME", 0) { $0.name },
            Column("STATE", 0) { $0.state },
            Column("PROGRESS", 2) { $0.progress.map(bar) },
            Column("EPOCH", 6) { part($0.epoch, $0.epochs) },
            Column("STEP", 8) { part($0.step, $0.steps) },
            // Enough of a uuid to name one; the CPU needs no column.
            Column("DEVICE", 6) { $0.device.flatMap { $0 == "cpu" ? nil : String($0.prefix(12)) } },
            Column("LOSS", 5) { decimal($0.loss, 4) },
            Column("IMAGES/S", 7) { decimal($0.imagesPerS, 1) },
            Column("ETA", 3) { $0.etaS.map(Duration.text) },
            // The work since then is what would be lost now; where none is done, none would.
            Column("CHECKPOINT", 4) { row in
                guard row.isTraining else { return nil }
                return row.lastCheckpointAt.map { Duration.ago(seconds: now.timeIntervalSince($0)) }
            },
            Column("NOTE", 1) { $0.message },
        ]
    }

    /// "████░░░░░░ 43 %"; full and 100 % only where all is done.
    private static func bar(_ progress: Double) -> String {
        let percent = String(Int(progress * 100))
        return
            "\(ProgressBar.text(progress, width: 10)) \(String(repeating: " ", count: 3 - percent.count))\(percent) %"
    }
}
