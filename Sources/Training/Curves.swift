// The run's curves: when a point is due, and when it reaches the disk. Which there are: Curves+Scalars.swift (every log
// step and evaluation), Curves+Layers.swift (inside the network), Curves+Pictures.swift, Curves+Once.swift (what there is
// one of in a run).

internal import Compute
internal import Foundation
internal import Jobs
internal import Networks
internal import SystemPackage
internal import TensorBoard

final class Curves {
    /// How long a point may wait in memory, in seconds.
    private static let patience = 1.0

    let log: RunLog
    let plan: Plan
    let network: Network
    let classes: [String]
    let stepsPerEpoch: Int
    /// Seconds that earlier attempts trained for, and how many of them there were.
    let past: (seconds: Double, attempts: Int)
    let begun = ContinuousClock.now
    let graph: NetworkGraph
    private let every: Int
    /// Nil for none.
    private let everyHistogram: Int?
    private let stop: StopFlag
    private let report: (TrainingEvent) -> Void
    private var flushed = ContinuousClock.now
    /// Said once until the disk takes points again.
    private var isRefused = false

    /// - Parameters:
    ///   - step: inside the checkpoint that the run resumes from; 0 without one.
    ///   - past: of the attempts before this one.
    init(
        _ folder: FilePath, _ plan: Plan, _ network: Network, classes: [String], stepsPerEpoch: Int,
        resumingAfter step: Int, past: (seconds: Double, attempts: Int), stop: StopFlag,
        report: @escaping (TrainingEvent) -> Void
    ) throws {
        (self.plan, self.network, self.classes) = (plan, network, classes)
        (self.stepsPerEpoch, self.past, self.stop, self.report) = (stepsPerEpoch, past, stop, report)
        every = max(1, plan.log.every.steps(perEpoch: stepsPerEpoch) ?? 1)
        everyHistogram = plan.log.histograms?.steps(perEpoch: stepsPerEpoch).map { max(1, $0) }
        graph = NetworkGraph(network, optimizer: plan.optimizer.name)
        log = try RunLog(folder: folder, resumingAfter: step) { finding in
            report(finding.isWarning ? .warning("\(finding)") : .note("\(finding)"))
        }
    }

    /// The first step, so that a curve shows at once, and every so many.
    func isLogStep(_ step: Int) -> Bool { step == 1 || step % every == 0 }

    func isHistogramStep(_ step: Int) -> Bool {
        everyHistogram.map { step == 1 || step % $0 == 0 } ?? false
    }

    /// The first epoch, every so many, and the last.
    func isPictureEpoch(_ epoch: Int) -> Bool {
        guard case .epochs(let count)? = plan.log.images else { return false }
        return epoch <= 1 || epoch % count == 0 || epoch == plan.epochs
    }

    /// What the engine has to say of a step.
    func detail(of step: Int) -> StepSettings.Detail {
        isHistogramStep(step) ? .distributions : isLogStep(step) ? .moments : .none
    }

    /// Of all attempts together.
    var trainingSeconds: Double { past.seconds + (ContinuousClock.now - begun) / .seconds(1) }

    /// About once a second.
    func flushIfDue() throws {
        if ContinuousClock.now - flushed > .seconds(Self.patience) { try flush() }
    }

    /// A disk that is full or fails is no error here: the points stay in memory.
    func flush() throws {
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
