// What stands on a chart's horizontal axis, and the charts drawn over it.

import ArgumentParser
import Charts
import TensorBoard

enum CurveAxis: String, CaseIterable, ExpressibleByArgument {
    case step
    /// Since the run's first point.
    case time
    case epoch

    /// One chart of a metric, with a series for each run and part.
    /// - Throws: `ValidationError` where a run does not say how long its epochs are.
    func chart(_ group: CurveSelection.Group, of runs: [CurveSource.Run]) throws -> Chart {
        let shown = runs.flatMap { run in
            group.tags.compactMap { tag, part in
                run.curves[tag: tag].map { (run: run, curve: $0, name: name(run, part, group, of: runs)) }
            }
        }
        let title = runs.count == 1 ? "\(runs[0].name): \(group.metric)" : group.metric
        switch self {
        case .step:
            return Chart(
                title, axis: "step", isIntegral: true,
                series: shown.map { Series($0.name, x: $0.curve.steps.map(Double.init), y: $0.curve.values) })
        case .time:
            let times = shown.map { shown in
                let start = shown.run.start
                return shown.curve.wallTimes.map { $0 - start }
            }
            let unit = TimeUnit(upTo: times.joined().filter(\.isFinite).max() ?? 0)
            return Chart(
                title, axis: unit.name,
                series: zip(shown, times).map { shown, times in
                    Series(shown.name, x: times.map { $0 / unit.seconds }, y: shown.curve.values)
                })
        case .epoch:
            return Chart(
                title, axis: "epoch",
                series: try shown.map { shown in
                    let epochs = try EpochScale(shown.run)
                    return Series(shown.name, x: shown.curve.steps.map(epochs.epoch), y: shown.curve.values)
                })
        }
    }

    private func name(
        _ run: CurveSource.Run, _ part: String?, _ group: CurveSelection.Group, of runs: [CurveSource.Run]
    ) -> String {
        guard runs.count > 1 else { return part ?? group.metric }
        return part.map { "\(run.name) \($0)" } ?? run.name
    }
}

extension CurveSource.Run {
    /// Of its first point; seconds since 1970.
    fileprivate var start: Double {
        curves.curves.compactMap { $0.wallTimes.lazy.filter(\.isFinite).min() }.min() ?? 0
    }
}

/// Seconds, minutes, hours or days: the largest of which there are more than two.
private struct TimeUnit {
    let name: String
    let seconds: Double

    init(upTo longest: Double) {
        let units = [("d", 86400.0), ("h", 3600), ("min", 60), ("s", 1)]
        (name, seconds) = units.first { longest > 2 * $0.1 } ?? ("s", 1)
    }
}
