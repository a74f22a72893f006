// What the engine needs to know of one training step.

package struct StepSettings: Sendable {
    /// Steps done before this one; keys the dropout masks.
    package var step: Int
    package var learningRate: Float
    /// The share of each label that all classes have alike, as torch.nn.CrossEntropyLoss's label_smoothing: from 0 up to,
    /// but not, 1.
    package var labelSmoothing: Float
    /// What is to be said of the step: it costs passes over memory, so it is asked for.
    package var detail = Detail.none

    package init(step: Int, learningRate: Float, labelSmoothing: Float = 0, detail: Detail = .none) {
        (self.step, self.learningRate, self.detail) = (step, learningRate, detail)
        self.labelSmoothing = labelSmoothing
    }

    package enum Detail: Hashable, Sendable, Comparable {
        case none
        /// Moments of every parameter and its gradient.
        case moments
        /// Their distributions too, and those of the activations.
        case distributions
    }
}
