// What curves cost: the same batch is trained with and without statistics by turns, and what a run would write of it is
// written into a folder, timed.

package import Compute
internal import Files
internal import Foundation
package import Jobs
package import SystemPackage
internal import TensorBoard

package struct CurvesCost: Encodable, Sendable {
    /// Medians, in seconds.
    package private(set) var step = 0.0
    /// More than `step`: with the moments of a log step, with the distributions of a histogram step.
    package private(set) var moments = 0.0
    package private(set) var distributions = 0.0
    /// Writing a log step's points, and a histogram step's besides, until the system has them.
    package private(set) var logEvents = 0.0
    package private(set) var histogramEvents = 0.0
    /// In the event file.
    package private(set) var logBytes = 0
    package private(set) var histogramBytes = 0
    /// A thread's, each in a record of its own, until they are on the disk.
    package private(set) var recordsPerSecond = 0.0
    /// Log steps are so many steps apart.
    package let every: Int
    /// The epoch after which histograms are written, in steps.
    package let epoch: Int

    /// - Parameters:
    ///   - job: says how often there are points. Its data set is not looked at.
    ///   - epoch: in steps.
    ///   - rounds: each of a plain step, a log step and a histogram step.
    ///   - folder: takes the event files; there is none of them yet.
    package init(
        _ job: Job, _ engine: any Engine, _ batch: Batch, epoch: Int, rounds: Int, folder: FilePath
    ) throws {
        self.epoch = epoch
        let classes = (0..<engine.network.classes).map { "class \($0)" }
        let curves = try Curves(
            folder, job.plan, engine.network, classes: classes, stepsPerEpoch: epoch, resumingAfter: 0,
            past: (0, 0), stop: StopFlag(), report: { _ in })
        curves.describeScalars()
        curves.describeLayers()
        curves.describePictures()
        every = job.plan.log.every.steps(perEpoch: epoch) ?? 1

        var state = TrainingState()
        func train(_ detail: StepSettings.Detail) throws -> (seconds: Double, result: BatchResult) {
            state.step += 1
            let settings = StepSettings(step: state.step, learningRate: 1e-3, detail: detail)
            let begun = ContinuousClock.now
            let result = try engine.train(batch, settings)
            return ((ContinuousClock.now - begun) / .seconds(1), result)
        }
        func written(_ write: () throws -> Void) throws -> (seconds: Double, bytes: Int) {
            let before = try Self.size(of: folder)
            let begun = ContinuousClock.now
            try write()
            try curves.flush()
            let seconds = (ContinuousClock.now - begun) / .seconds(1)
            return (seconds, try Self.size(of: folder) - before)
        }

        var seconds: [[Double]] = Array(repeating: [], count: 5)
        for _ in 0..<rounds {
            let plain = try train(.none).seconds
            let log = try train(.moments)
            let logged = try written {
                try curves.logged(state.window, step: state.step, learningRate: 1e-3, Throughput())
                if let statistics = log.result.statistics {
                    try curves.logged(statistics, step: state.step)
                }
            }
            let histogram = try train(.distributions)
            let drawn = try written {
                if let distributions = histogram.result.statistics?.distributions {
                    try curves.histograms(distributions, step: state.step)
                }
                try curves.filters(of: engine, step: state.step)
            }
            // The first of each carries the captions; the last is as all others.
            (logBytes, histogramBytes) = (logged.bytes, drawn.bytes)
            let round = [plain, log.seconds, histogram.seconds, logged.seconds, drawn.seconds]
            for (index, value) in round.enumerated() { seconds[index].append(value) }
        }
        let medians = seconds.map { $0.sorted()[$0.count / 2] }
        step = medians[0]
        (moments, distributions) = (max(0, medians[1] - step), max(0, medians[2] - step))
        (logEvents, histogramEvents) = (medians[3], medians[4])
        try curves.close()
        recordsPerSecond = try Self.recordsPerSecond(in: folder.appending("records"))
    }

    private static func recordsPerSecond(in folder: FilePath) throws -> Double {
        let count = 1_000_000
        try folder.makeFolder()
        let log = try RunLog(folder: folder, resumingAfter: 0) { _ in }
        let begun = ContinuousClock.now
        for step in 1...count {
            try log.scalar("loss", 1 / Double(step), step: step)
            if step % 10_000 == 0 { try log.flush() }
        }
        try log.close()
        return Double(count) / ((ContinuousClock.now - begun) / .seconds(1))
    }

    /// Of the training time.
    package var statisticsShare: Double {
        (moments / Double(every) + distributions / Double(epoch)) / step
    }

    /// Of the training time.
    package var eventsShare: Double {
        (logEvents / Double(every) + histogramEvents / Double(epoch)) / step
    }

    /// Of the event file, without the pictures of single epochs.
    package var bytesPerHour: Double {
        (Double(logBytes) / Double(every) + Double(histogramBytes) / Double(epoch)) * 3600 / step
    }

    private static func size(of folder: FilePath) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder.string).reduce(0) {
            let path = folder.appending($1).string
            return $0 + (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
        }
    }
}
