// `alexnetd time --curves`: what statistics and event files add to a training step.

import Compute
import Files
import Foundation
import Jobs
import SystemPackage
import Training

extension TimeCommand {
    /// Steps of an epoch of Caltech-256 (four fifths of 30,607 images) in batches of 128.
    private static let epoch = 192

    func curvesCost(_ job: Job?, _ engine: any Engine, _ batch: Batch) throws -> CurvesCost {
        let job =
            try job
            ?? Job(bytes: Array("dataset: /".utf8), FilePath("time.yml"), relativeTo: nil)
        let folder = FilePath(FileManager.default.temporaryDirectory.path)
            .appending("alexnetd-time-\(ProcessInfo.processInfo.processIdentifier)")
        try folder.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder.string) }
        return try CurvesCost(job, engine, batch, epoch: Self.epoch, rounds: steps, folder: folder)
    }
}

extension CurvesCost {
    var table: String {
        func milliseconds(_ seconds: Double) -> String { String(format: "%.1f ms", seconds * 1000) }
        func percent(_ share: Double) -> String { String(format: "%.3f %%", share * 100) }
        return """
            statistics: \(milliseconds(moments)) every \(every) steps, \(milliseconds(distributions)) every \(epoch) \
            (histograms); \(percent(statisticsShare)) of the time
            events: \(milliseconds(logEvents)) and \(milliseconds(histogramEvents)); \
            \(percent(eventsShare)) of the time; \(logBytes) and \(histogramBytes) bytes, \
            \(String(format: "%.1f", bytesPerHour / 1e6)) MB an hour; one thread writes \
            \(String(format: "%.1f", recordsPerSecond / 1e6)) million records a second
            """
    }
}
