// The curves of every log step and every evaluation.

internal import Jobs
internal import TensorBoard

extension Curves {
    /// - Parameter window: since the last log step.
    func logged(_ window: Tally, step: Int, learningRate: Double, _ throughput: Throughput) throws {
        try log.scalar("loss/train", window.meanLoss, step: step)
        try log.scalar("error/top1/train", window.top1Error, step: step)
        try log.scalar("error/top5/train", window.top5Error, step: step)
        try log.scalar("learning_rate", learningRate, step: step)
        try log.scalar("epoch", Double(step) / Double(stepsPerEpoch), step: step)
        try log.scalar("system/images_per_second", throughput.imagesPerSecond, step: step)
        try log.scalar("system/data_wait_percent", 100 * throughput.waitShare, step: step)
        try log.scalar("system/training_seconds", trainingSeconds, step: step)
        try log.scalar("system/resumes", Double(past.attempts), step: step)
        // A line needs two ends: the second is the newest evaluation's.
        if step == 1 { try referenceLines(step) }
    }

    func evaluated(_ state: TrainingState, _ window: Tally) throws {
        try log.scalar("loss/validation", window.meanLoss, step: state.step)
        try log.scalar("error/top1/validation", window.top1Error, step: state.step)
        try log.scalar("error/top5/validation", window.top5Error, step: state.step)
        try referenceLines(state.step)
    }

    /// - Parameter seconds: that the newest publication took, on its own thread.
    func checkpointed(seconds: Double, step: Int) throws {
        try log.scalar("system/checkpoint_seconds", seconds, step: step)
    }

    private func referenceLines(_ step: Int) throws {
        for line in plan.references { try log.scalar("\(line.tag)/\(line.name)", line.value, step: step) }
    }

    /// What each card says of itself.
    func describeScalars() {
        let captions: [(tag: String, title: String, description: String)] = [
            (
                "loss/train", "loss (training)",
                "Mean cross-entropy since the last log step, in nats"
                    + (plan.labelSmoothing > 0 ? ", with smoothed labels." : ".")
            ),
            (
                "loss/validation", "loss (validation)",
                "Mean cross-entropy over the validation set, in nats"
                    + (plan.averageWeights == nil ? "." : "; of the averages of the weights.")
            ),
            (
                "error/top1/train", "top-1 error (training)",
                "Share of samples whose class was not scored best."
            ),
            (
                "error/top1/validation", "top-1 error (validation)",
                "Over the whole validation set, "
                    + (plan.validation.views == 1 ? "centre crops." : "the mean of ten views.")
            ),
            ("error/top5/train", "top-5 error (training)", "Share whose class was not among the best five."),
            ("error/top5/validation", "top-5 error (validation)", "Over the whole validation set."),
            ("learning_rate", "learning rate", "Of this step; biases may learn at a multiple of it."),
            ("epoch", "epoch", "Steps divided by those of an epoch."),
            ("gradient_norm", "gradient norm", "Euclidean, of the mean loss, over all parameters."),
            ("system/images_per_second", "images/s", "Measured since the last log step."),
            (
                "system/data_wait_percent", "waiting for data, %",
                "Share of the time spent waiting for a batch."
            ),
            (
                "system/training_seconds", "training time, s",
                "Of all attempts, without the time between them."
            ),
            ("system/resumes", "resumes", "Attempts before the one that wrote this point."),
            ("system/checkpoint_seconds", "checkpoint, s", "Writing and syncing one, beside the training."),
        ]
        for caption in captions {
            log.describe(caption.tag, title: caption.title, description: caption.description)
        }
        for line in plan.references {
            log.describe(
                "\(line.tag)/\(line.name)", title: line.name,
                description: "A reference line that the job declares.")
        }
    }
}
