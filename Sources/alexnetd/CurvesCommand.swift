// `alexnetd curves RUN…`: the curves of runs in the terminal, or as CSV and JSON for other programs.

import ArgumentParser
import Charts
import Foundation
import Jobs
import TensorBoard

struct CurvesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "curves", abstract: "Draw the curves of runs in the terminal, or export them.",
        discussion: """
            Reads event files as TensorBoard does, those of other programs too, and changes nothing. Several runs share \
            a chart per metric, and so do training and validation. Without --tag the charts are loss, error/top1 and \
            learning_rate; the export holds every scalar.
            """)

    @Argument(help: ArgumentHelp("A run's name, or a folder with event files.", valueName: "run"))
    var names: [String]
    @OptionGroup var root: RootOptions
    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("A tag, the beginning of some (error), or a pattern (*/train).", valueName: "tag"))
    var tags: [String] = []
    @Flag(help: "List the tags instead.")
    var list = false
    @Flag(help: "One row a point: run,tag,step,wall_time,value.")
    var csv = false
    @Flag(help: "One JSON array of curves.")
    var json = false
    @Flag(help: "Draw again every two seconds for as long as the runs go on.")
    var watch = false
    @Option(help: "What the horizontal axis shows: step, time or epoch.")
    var x: CurveAxis = .step
    @Flag(name: .customLong("log-y"), help: "A logarithmic vertical axis.")
    var logY = false
    @Option(help: "How much of what came before each point keeps, 0 to below 1, as in TensorBoard.")
    var smooth = 0.0
    @Option(help: "Columns (default: the terminal's, else 80).")
    var width: Int?
    @Option(help: "Rows of each chart's plot (default: 14; with --watch what the terminal has).")
    var height: Int?
    @Flag(help: "ASCII only, for a terminal without braille.")
    var ascii = false

    func validate() throws {
        guard !names.isEmpty else { throw ValidationError("name a run, or a folder with event files") }
        guard [list, csv, json, watch].count(where: { $0 }) <= 1 else {
            throw ValidationError("--list, --csv, --json and --watch exclude one another")
        }
        guard (0..<1).contains(smooth) else { throw ValidationError("--smooth is 0 to below 1") }
        guard smooth == 0 || !(csv || json) else {
            throw ValidationError("--csv and --json give the points as they are; leave --smooth away")
        }
        if let width, !(20...1000).contains(width) { throw ValidationError("--width is 20 to 1000") }
        if let height, !(2...200).contains(height) { throw ValidationError("--height is 2 to 200") }
        guard !watch || Output.isTerminal else {
            throw ValidationError("--watch needs a terminal; leave it away for one picture")
        }
    }

    func run() throws {
        let sources = try CurveSource.all(names, root.folder)
        if watch { return try draw(again: sources) }
        let runs = try read(sources)
        for run in runs { run.report() }
        var printout = Printout()
        if csv || json {
            let tags = try CurveSelection(runs, tags, all: true).tags
            if csv {
                try CurveExport.csv(runs, tags, &printout)
            } else {
                try CurveExport.json(runs, tags, &printout)
            }
        } else if list {
            try printout.write(CurveExport.list(runs, try CurveSelection(runs, tags, all: true).tags))
        } else {
            try printout.write(text(try charts(runs), rows: height ?? 14))
        }
        try printout.flush()
    }

    private func read(_ sources: [CurveSource]) throws -> [CurveSource.Run] {
        do { return try sources.map { try $0.read() } } catch let error as TensorBoardError {
            throw ArgumentParser.ExitCode.ending(error)
        }
    }

    private func charts(_ runs: [CurveSource.Run]) throws -> [Chart] {
        let selection = try CurveSelection(runs, tags, all: false)
        if selection.omitted > 0, !watch {
            Output.note("\(selection.omitted) more tags: --list names them, --tag draws them")
        }
        return try selection.groups.map { group in
            var chart = try x.chart(group, of: runs)
            (chart.isLogarithmic, chart.smoothing) = (logY, smooth)
            return chart
        }
    }

    private func text(_ charts: [Chart], rows: Int) -> String {
        var style = ChartStyle.ofTerminal
        if ascii { style.isUnicode = false }
        let columns = width ?? max(Output.size?.columns ?? 80, 20)
        return charts.map { chart in
            chart.lines(width: columns, rows: rows, style: style).map { $0 + "\n" }.joined()
        }.joined(separator: "\n")
    }
}

// MARK: --watch

extension CurvesCommand {
    /// Seconds between two pictures.
    private static let pause = 2.0

    /// Until no run that is ours has a worker; another program's until somebody stops it.
    private func draw(again sources: [CurveSource]) throws {
        // What was on the screen stays above.
        try Output.write(String(repeating: "\n", count: (Output.size?.rows ?? 24) - 1))
        while true {
            let goesOn = sources.contains(where: \.mayGrow)
            let charts = try charts(try read(sources))
            let screen = Output.size?.rows ?? 24
            // Heading, two lines of axis, and a blank one between.
            let around = charts.reduce(0) { $0 + 4 + $1.series.count }
            let rows = height ?? max(3, (screen - around) / max(charts.count, 1))
            let lines = text(charts, rows: rows).split(
                separator: "\n", omittingEmptySubsequences: false)
            let shown = lines.dropLast().prefix(screen - 1)
            // Line by line over the old picture: nothing flickers.
            try Output.write("\u{1B}[H" + shown.map { $0 + "\u{1B}[K\r\n" }.joined() + "\u{1B}[J")
            guard goesOn else { return }
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }
}
