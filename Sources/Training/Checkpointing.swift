// When a checkpoint is due, and its order with the curves: first every event up to its step, then the checkpoint.

internal import Compute
internal import Foundation
internal import Jobs

final class Checkpointing {
    private let publisher: CheckpointPublisher
    private let engine: any Engine
    private let curves: Curves
    private let plan: Plan
    private let planJSON: Data
    /// The step of the newest publication that was begun, and when.
    private var newest: Int?
    private var begun = ContinuousClock.now

    init(
        _ publisher: CheckpointPublisher, _ engine: any Engine, _ curves: Curves, _ plan: Plan,
        from step: Int?
    ) throws {
        (self.publisher, self.engine, self.curves, self.plan, newest) = (
            publisher, engine, curves, plan, step
        )
        planJSON = try plan.json()
    }

    /// A time slips while a publication is under way; steps and epochs wait for it.
    func isDue(_ state: TrainingState, stepsPerEpoch: Int) -> Bool {
        switch plan.checkpoint.every {
        case .seconds(let seconds): ContinuousClock.now - begun > .seconds(seconds) && !publisher.isBusy
        case .steps, .epochs:
            state.step % (plan.checkpoint.every.steps(perEpoch: stepsPerEpoch) ?? 1) == 0
                && state.step != newest
        }
    }

    /// Begins a publication, unless this step has one that need not be marked best.
    func publish(_ state: TrainingState, isBest: Bool) throws {
        guard state.step != newest || isBest else { return }
        try curves.sync()
        try publisher.publish(
            CheckpointPublisher.Request(
                step: state.step, isBest: isBest, state: try state.json(), plan: planJSON),
            from: engine)
        (newest, begun) = (state.step, .now)
    }

    /// Returns when nothing is under way any more.
    func finish() throws { try publisher.wait() }
}
