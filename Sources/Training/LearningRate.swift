// The learning rate of each step, a function of the plan, the step and the counters of the plateau schedule.

internal import Glibc
package import Jobs

/// What the plateau schedule remembers; part of every checkpoint.
package struct ScheduleState: Codable, Sendable, Equatable {
    /// The best of the plateau's metric so far.
    package var best: Double?
    /// Evaluations in a row that did not beat it.
    package var stale = 0
    /// Times the rate was lowered.
    package var reductions = 0
    /// Evaluations still not to be counted; nil for none.
    package var cooldown: Int?
}

package struct LearningRate: Sendable {
    /// A plateau's reductions by less are left out (torch's eps).
    private static let leastReduction = 1e-8

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
        case .steps(let at, let factor): pow(factor, Double(at.count { passed($0, step, epoch) > 0 }))
        case .every(let interval, let factor): pow(factor, Double(passed(interval, step, epoch)))
        case .plateau(let plateau): self.plateau(plateau, state.reductions)
        case .cosine(let final):
            final + (1 - final) * (1 + cos(Double.pi * Double(min(step, steps)) / Double(max(1, steps)))) / 2
        }
    }

    private func plateau(_ plateau: Plan.Plateau, _ reductions: Int) -> Double {
        max(pow(plateau.factor, Double(reductions)), min(1, plateau.minimum / base))
    }

    /// How often an interval has gone by.
    private func passed(_ interval: Plan.Interval, _ step: Int, _ epoch: Int) -> Int {
        switch interval {
        case .epochs(let count): epoch / count
        case .steps(let count): step / count
        case .seconds: 0
        }
    }

    private func warmup(_ step: Int) -> Double {
        let length = schedule.warmup.steps(perEpoch: stepsPerEpoch) ?? 0
        return step < length ? Double(step + 1) / Double(length) : 1
    }

    /// Takes note of an evaluation, as torch's scheduler does.
    package func evaluated(_ result: Tally, _ state: inout ScheduleState) {
        guard case .plateau(let plateau) = schedule.decay else { return }
        let value = result[plateau.metric]
        if plateau.threshold.isBetter(value, than: state.best) {
            (state.best, state.stale) = (value, 0)
        } else {
            state.stale += 1
        }
        if let cooldown = state.cooldown, cooldown > 0 { (state.cooldown, state.stale) = (cooldown - 1, 0) }
        if state.stale > plateau.patience {
            state.stale = 0
            let less = self.plateau(plateau, state.reductions) - self.plateau(plateau, state.reductions + 1)
            if base * less > Self.leastReduction { state.reductions += 1 }
            state.cooldown = plateau.cooldown > 0 ? plateau.cooldown : nil
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
