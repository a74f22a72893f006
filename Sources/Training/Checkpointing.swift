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
    /// Of the newest publication that was begun, and when.
    private var newest: (step: Int, epoch: Int)?
    private var begun = ContinuousClock.now

    /// - Parameter state: of the checkpoint that the run goes on from; nil without one.
    init(
        _ publisher: CheckpointPublisher, _ engine: any Engine, _ curves: Curves, _ plan: Plan,
        from state: TrainingState?
    ) throws {
        (self.publisher, self.engine, self.curves, self.plan) = (publisher, engine, curves, plan)
        newest = state.map { ($0.step, $0.epoch) }
        planJSON = try plan.json()
    }

    /// A time slips while a publication is under way; steps and epochs wait for it.
    func isDue(_ state: TrainingState, stepsPerEpoch: Int) -> Bool {
        switch plan.checkpoint.every {
        case .seconds(let seconds): ContinuousClock.now - begun > .seconds(seconds) && !publisher.isBusy
        case .steps, .epochs:
            state.step % (plan.checkpoint.every.steps(perEpoch: stepsPerEpoch) ?? 1) == 0
                && state.step != newest?.step
        }
    }

    /// Begins a publication, unless there is one of this step and epoch that need not be marked best.
    func publish(_ state: TrainingState, isBest: Bool) throws {
        if let newest, newest == (state.step, state.epoch), !isBest { return }
        try curves.sync()
        try publisher.publish(
            CheckpointPublisher.Request(state: state, isBest: isBest, plan: planJSON), from: engine)
        (newest, begun) = ((state.step, state.epoch), .now)
    }

    /// How long the newest publication took, said once.
    func takeSeconds() -> Double? { publisher.takeSeconds() }

    /// Returns when nothing is under way any more.
    func finish() throws { try publisher.wait() }
}
