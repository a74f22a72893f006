// What there is one of in a run: its graph, what a step costs, the charts of several curves, hyper-parameters, texts.

internal import Compute
internal import Datasets
internal import Foundation
internal import Jobs
internal import Networks
internal import TensorBoard

extension Curves {
    /// - Parameters:
    ///   - state: of which `step` is where a text that has changed is noted.
    func begin(_ job: Job, _ dataset: Dataset, _ state: TrainingState) throws {
        describeScalars()
        describeLayers()
        describePictures()
        log.graph(graph)
        log.layout(layout)
        log.hyperparameters(hyperparameters)
        let step = state.step
        try log.text("job", Self.code(String(decoding: job.bytes, as: UTF8.self)), step: step)
        try log.text(
            "plan", Self.table(plan.lines.map { [$0.key, $0.value] }, ["key", "value"]), step: step)
        let machine = state.numerics.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        try log.text("machine", Self.table(machine + Self.hardware, ["", ""]), step: step)
        try log.text("data", Self.describe(dataset), step: step)
        try flush()
    }

    /// - Parameter timings: of the one step that was timed layer by layer.
    func cost(_ timings: LayerTimings, images: Int, step: Int) throws {
        var start = 0
        var measurements: [NetworkGraph.Measurement] = []
        for phase in Phase.allCases {
            for layer in phase == .forward ? timings.layers : timings.layers.reversed()
            where timings[layer, phase] > 0 {
                let duration = max(1, Int(timings[layer, phase] * 1e6))
                measurements.append(.init(layer, phase, start: start, duration: duration))
                start += duration
            }
        }
        try log.runMetadata("step \(step)", graph.runMetadata(measurements, batch: images), step: step)
    }

    /// All epochs are done.
    func succeeded() { log.succeeded() }

    /// A run that ends before its time says why; the hyper-parameters' page would keep the first word for ever.
    func ended(_ text: String, step: Int) { try? log.text("status", text, step: step) }

    /// Keys that change nothing of what is learned.
    private static let besideLearning: Set = [
        "name", "evaluate_at_start", "device", "threads", "checkpoint", "log", "references", "priority",
    ]

    private var hyperparameters: HParams {
        var values: HParams = [:]
        for line in plan.lines where !Self.besideLearning.contains(line.key) {
            // A number in one run and "none" in another; but a column of the page has one type.
            let isText = line.key == "average_weights"
            values[line.key] =
                Bool(line.value).map { .flag($0) }
                ?? (isText ? nil : Double(line.value).map { .number($0) }) ?? .text(line.value)
        }
        return values
    }

    private var layout: Layout {
        func lines(_ title: String, _ tag: String) -> Layout.Chart {
            let more = plan.references.filter { $0.tag == tag }.map(\.name)
            return Layout.Chart(
                title, .lines((["train", "validation"] + more).map { Layout.exactly("\(tag)/\($0)") }))
        }
        func all(_ title: String, _ tag: String) -> Layout.Chart {
            Layout.Chart(title, .lines(["\(tag)/.*"]))
        }
        return Layout([
            .init(
                "training against validation",
                [
                    lines("loss", "loss"), lines("top-1 error", "error/top1"),
                    lines("top-5 error", "error/top5"),
                ]),
            .init(
                "layers",
                [
                    all("gradient norms", "gradient_norm"), all("weight norms", "weight_norm"),
                    all("update ÷ weight", "update_ratio"),
                ], isClosed: true),
        ])
    }

    private static var hardware: [[String]] {
        var rows = [["processors", "\(ProcessInfo.processInfo.activeProcessorCount)"]]
        rows.append(["memory", String(format: "%.1f GiB", Double(MachineMemory.limit) / 0x1p30)])
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        if let line = info.split(separator: "\n").first(where: { $0.hasPrefix("model name") }),
            let name = line.split(separator: ":", maxSplits: 1).last
        {
            rows.append(["processor", name.trimmingCharacters(in: .whitespaces)])
        }
        return rows + [["system", ProcessInfo.processInfo.operatingSystemVersionString]]
    }

    /// More classes than this are not listed one by one.
    private static let mostClasses = 1000

    private static func describe(_ dataset: Dataset) -> String {
        func counts(_ samples: [Sample]) -> [Int] {
            var counts = Array(repeating: 0, count: dataset.classes.count)
            for sample in samples { counts[Int(sample.label)] += 1 }
            return counts
        }
        let (train, validation) = (counts(dataset.train), counts(dataset.validation))
        let rows = dataset.classes.prefix(mostClasses).enumerated().map { index, name in
            [name, "\(train[index])", "\(validation[index])"]
        }
        let all = [
            "**all \(dataset.classes.count)**", "\(dataset.train.count)", "\(dataset.validation.count)",
        ]
        let notices = dataset.notices.map { "\n\n\($0)" }.joined()
        return "\(dataset.root)\n\n" + table([all] + rows, ["class", "training", "validation"]) + notices
    }

    private static func table(_ rows: [[String]], _ titles: [String]) -> String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacingOccurrences(of: "|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        return ([line(titles), line(titles.map { _ in "---" })] + rows.map(line)).joined(separator: "\n")
    }

    private static func code(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(
            separator: "\n")
    }
}
