// The run's curves: which tags there are, when a point is due, and when it reaches the disk.

internal import Foundation
internal import Jobs
internal import Networks
internal import SystemPackage
internal import TensorBoard

final class Curves {
    /// How long a point may wait in memory, in seconds.
    private static let patience = 1.0

    private let log: RunLog
    private let every: Int
    private let stop: StopFlag
    private let report: (TrainingEvent) -> Void
    private var flushed = ContinuousClock.now
    /// Said once until the disk takes points again.
    private var isRefused = false

    /// - Parameter step: inside the checkpoint that the run resumes from; 0 without one.
    init(
        _ folder: FilePath, _ plan: Plan, _ network: Network, stepsPerEpoch: Int, resumingAfter step: Int,
        stop: StopFlag, report: @escaping (TrainingEvent) -> Void
    ) throws {
        (self.stop, self.report) = (stop, report)
        every = max(1, plan.log.every.steps(perEpoch: stepsPerEpoch) ?? 1)
        log = try RunLog(folder: folder, resumingAfter: step) { finding in
            report(finding.isWarning ? .warning("\(finding)") : .note("\(finding)"))
        }
        log.graph(NetworkGraph(network, optimizer: plan.optimizer.rawValue, device: "/device:CPU:0"))
        try flush()
    }

    /// The first step, so that a curve shows at once, and every so many.
    func isLogStep(_ step: Int) -> Bool { step == 1 || step % every == 0 }

    func logged(_ state: TrainingState, _ rate: Double, _ gradientNorm: Double, _ throughput: Throughput)
        throws
    {
        let step = state.step
        try log.scalar("loss/train", state.window.meanLoss, step: step)
        try log.scalar("error/top1/train", state.window.top1Error, step: step)
        try log.scalar("error/top5/train", state.window.top5Error, step: step)
        try log.scalar("learning_rate", rate, step: step)
        try log.scalar("gradient_norm", gradientNorm, step: step)
        try log.scalar("system/images_per_second", throughput.imagesPerSecond, step: step)
        try log.scalar("system/data_wait_percent", 100 * throughput.waitShare, step: step)
    }

    func evaluated(_ state: TrainingState, _ window: LogWindow) throws {
        try log.scalar("loss/validation", window.meanLoss, step: state.step)
        try log.scalar("error/top1/validation", window.top1Error, step: state.step)
        try log.scalar("error/top5/validation", window.top5Error, step: state.step)
    }

    /// About once a second.
    func flushIfDue() throws {
        if ContinuousClock.now - flushed > .seconds(Self.patience) { try flush() }
    }

    /// A disk that is full or fails is no error here: the points stay in memory.
    private func flush() throws {
        flushed = .now
        do {
            try log.flush()
            isRefused = false
        } catch  where DiskPatience.isNoSpace(error) || DiskPatience.isDeviceFailure(error) {
            if !isRefused { report(.waiting("\(error)")) }
            isRefused = true
        }
    }

    /// Everything so far to the disk; waits while that is full or fails.
    func sync() throws {
        try DiskPatience.waitOut(stop, { report(.waiting($0)) }, { try log.sync() })
    }

    /// At an error's end: what can be kept is kept.
    func salvage() { try? log.close() }

    func close() throws { try DiskPatience.waitOut(stop, { report(.waiting($0)) }, { try log.close() }) }
}
