// The learning rate of each step, a function of the plan, the step and the counters of the plateau schedule.

internal import Glibc
package import Jobs

/// What the plateau schedule remembers; part of every checkpoint.
package struct ScheduleState: Codable, Sendable, Equatable {
    /// The best validation loss so far.
    package var best: Double?
    /// Evaluations in a row that did not beat it.
    package var stale = 0
    /// Times the rate was lowered.
    package var reductions = 0
}

package struct LearningRate: Sendable {
    /// A loss must be lower than the best by this fraction to count as better (torch.optim's ReduceLROnPlateau).
    private static let threshold = 1e-4

    private let base: Double
    private let schedule: Plan.Schedule
    private let stepsPerEpoch: Int
    private let steps: Int

    package init(_ plan: Plan, stepsPerEpoch: Int) {
        (base, schedule, self.stepsPerEpoch) = (plan.learningRate, plan.schedule, stepsPerEpoch)
        steps = plan.epochs * stepsPerEpoch
    }

    /// Of the update that follows `step` updates, `epoch` whole epochs among them.
    package func rate(step: Int, epoch: Int, _ state: ScheduleState) -> Double {
        base * decay(step, epoch, state) * warmup(step)
    }

    private func decay(_ step: Int, _ epoch: Int, _ state: ScheduleState) -> Double {
        switch schedule.decay {
        case .constant: 1
        case .steps(let at, let factor): pow(factor, Double(at.count { $0 <= epoch }))
        case .every(let epochs, let factor): pow(factor, Double(epoch / epochs))
        case .plateau(let factor, _): pow(factor, Double(state.reductions))
        case .cosine(let final):
            final + (1 - final) * (1 + cos(Double.pi * Double(min(step, steps)) / Double(max(1, steps)))) / 2
        }
    }

    private func warmup(_ step: Int) -> Double {
        let length = schedule.warmup.steps(perEpoch: stepsPerEpoch) ?? 0
        return step < length ? Double(step + 1) / Double(length) : 1
    }

    /// Takes note of an evaluation.
    package func evaluated(loss: Double, _ state: inout ScheduleState) {
        guard case .plateau(_, let patience) = schedule.decay else { return }
        if loss < (state.best ?? .infinity) * (1 - Self.threshold) {
            (state.best, state.stale) = (loss, 0)
            return
        }
        state.stale += 1
        if state.stale > patience {
            state.stale = 0
            state.reductions += 1
        }
    }
}

extension Plan.Interval {
    /// Its length in steps; nil for a time.
    func steps(perEpoch: Int) -> Int? {
        switch self {
        case .steps(let count): count
        case .epochs(let count): count * perEpoch
        case .seconds: nil
        }
    }
}
