// How the learning rate goes through a run, and when a run that no longer improves ends.

extension Plan {
    package struct Schedule: Hashable, Sendable {
        package enum Decay: Hashable, Sendable {
            case constant
            /// Times `factor` at each of these, rising: all in epochs (at their ends, counted from 1) or all in steps.
            case steps(at: [Interval], factor: Double)
            /// Times `factor` after every so many epochs or steps.
            case every(Interval, factor: Double)
            case plateau(Plateau)
            /// Half a cosine from the learning rate down to `final` of it over the run.
            case cosine(final: Double)
        }

        package var decay: Decay
        /// Linear from 0 at the start; `.steps` or `.epochs`.
        package var warmup: Interval

        package init(decay: Decay, warmup: Interval = .steps(0)) {
            (self.decay, self.warmup) = (decay, warmup)
        }
    }

    /// Times `factor` after more than `patience` evaluations in a row without a better one, as torch.optim's
    /// ReduceLROnPlateau, whose defaults these are but for the patience.
    package struct Plateau: Hashable, Sendable {
        package var factor = 0.1
        package var patience = 5
        package var metric = Metric.loss
        package var threshold = Threshold()
        /// Evaluations after a reduction that are not counted.
        package var cooldown = 0
        /// The learning rate never goes below.
        package var minimum = 0.0

        package init(factor: Double = 0.1, patience: Int = 5) {
            (self.factor, self.patience) = (factor, patience)
        }
    }

    /// How much lower than the best a metric must be to count as better.
    package struct Threshold: Hashable, Sendable {
        package enum Mode: String, Sendable, CaseIterable { case relative, absolute }

        package var value = 1e-4
        /// A part of the best, or a number taken from it.
        package var mode = Mode.relative

        package init() {}

        package func isBetter(_ value: Double, than best: Double?) -> Bool {
            guard let best else { return value < .infinity }
            return switch mode {
            case .relative: value < best * (1 - self.value)
            case .absolute: value < best - self.value
            }
        }
    }

    /// The run ends after more than `patience` evaluations in a row without a better one.
    package struct EarlyStopping: Hashable, Sendable {
        package var patience = 10
        package var metric = Metric.loss
        package var threshold = Threshold()

        package init() {}
    }
}
