// What may change in a job between two attempts at it. Free: what does not touch the numbers. Inexact: what does, a
// little, so that the run goes on but no longer bit for bit. Refused: what would make it another run.

package struct PlanChange: Hashable, Sendable {
    package enum Effect: Hashable, Sendable { case free, inexact, refused }

    /// As in a job file.
    package let key: String
    package let old: String
    package let new: String
    package let effect: Effect

    /// "device: cuda:0 before, cpu now"
    package var text: String { "\(key): \(old) before, \(new) now" }
}

extension Plan {
    /// How this plan differs from the one its run was begun with.
    /// - Parameter epochsDone: whole epochs trained so far; the run cannot end before them.
    package func changes(from old: Plan, epochsDone: Int) -> [PlanChange] {
        PlanField.all.compactMap { field in
            let (before, after) = (field.text(old), field.text(self))
            guard before != after else { return nil }
            let effect: PlanChange.Effect =
                switch field.rule {
                case .always(let effect): effect
                case .epochs:
                    if epochs < epochsDone {
                        .refused
                    } else if case .cosine = schedule.decay {
                        .inexact
                    } else {
                        .free
                    }
                }
            return PlanChange(key: field.key, old: before, new: after, effect: effect)
        }
    }

    /// The changes with which the run may go on: free ones, and inexact ones to warn of.
    /// - Throws: `changed`, with both values of everything refused side by side, and how to go on.
    package func continuing(_ old: Plan, epochsDone: Int) throws(JobError) -> [PlanChange] {
        let changes = changes(from: old, epochsDone: epochsDone)
        let refused = changes.filter { $0.effect == .refused }
        guard let first = refused.first else { return changes }
        var advice = "restore what was before, or give the job another name to begin a new run"
        if refused.contains(where: { $0.key == "epochs" }) {
            advice += "; epochs may not go below the \(epochsDone) already done"
        }
        throw JobError(
            .changed,
            "the run \"\(name)\" cannot go on with another \(listed(refused.map(\.key))): "
                + refused.map(\.text).joined(separator: "; ") + "; \(advice)", key: first.key)
    }
}

/// One key of a plan: how to show it and what a change of it means.
struct PlanField: Sendable {
    enum Rule: Sendable {
        case always(PlanChange.Effect)
        /// Free, unless the schedule depends on them or they are done already.
        case epochs
    }

    let key: String
    let rule: Rule
    let text: @Sendable (Plan) -> String

    private init(_ key: String, _ rule: Rule = .always(.refused), text: @escaping @Sendable (Plan) -> String)
    {
        (self.key, self.rule, self.text) = (key, rule, text)
    }

    static let all: [PlanField] = [
        PlanField("name") { $0.name },
        PlanField("model") { $0.model.rawValue },
        PlanField("dataset") { $0.dataset },
        PlanField("epochs", .epochs) { "\($0.epochs)" },
        PlanField("batch_size") { "\($0.batchSize)" },
        PlanField("optimizer") { $0.optimizer.rawValue },
        PlanField("learning_rate") { "\($0.learningRate)" },
        PlanField("momentum") { "\($0.momentum)" },
        PlanField("weight_decay") { "\($0.weightDecay)" },
        PlanField("bias_learning_rate") { "\($0.biasLearningRate)" },
        PlanField("bias_weight_decay") { "\($0.biasWeightDecay)" },
        PlanField("schedule") { $0.schedule.text },
        PlanField("dropout") { "\($0.dropout)" },
        PlanField("init") { $0.initialization.name },
        PlanField("augment") { $0.augmentation.text },
        PlanField("shuffle") { "\($0.shuffle)" },
        PlanField("seed") { "\($0.seed)" },
        PlanField("device", .always(.inexact)) { $0.device.text },
        PlanField("precision", .always(.inexact)) { $0.precision.rawValue },
        PlanField("width") { "\($0.width)" },
        PlanField("threads", .always(.free)) { "\($0.threads)" },
        PlanField("checkpoint", .always(.free)) {
            "{every: \($0.checkpoint.every.text), keep: \($0.checkpoint.keep.map(String.init) ?? "all")}"
        },
        PlanField("log", .always(.free)) {
            "{every: \($0.log.every.text), histograms: \($0.log.histograms.text)}"
        },
        PlanField("priority", .always(.free)) { "\($0.priority)" },
    ]
}

extension Plan.Device {
    /// As a job file has it.
    package var text: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let which): which.hasPrefix("GPU-") ? which : "cuda:\(which)"
        }
    }
}

extension Plan.Augmentation {
    /// As a job file has it.
    package var text: String {
        let parts =
            (randomCrop ? ["random_crop"] : []) + (flip ? ["flip"] : [])
            + (pcaColor > 0 ? ["{pca_color: \(pcaColor)}"] : [])
        return parts.isEmpty ? "none" : "[\(listed(parts))]"
    }
}

extension Plan.Schedule {
    /// As a job file has it.
    package var text: String {
        let decay =
            switch decay {
            case .constant: "constant: {}"
            case .steps(let epochs, let factor):
                "step: {at: [\(listed(epochs.map(String.init)))], factor: \(factor)}"
            case .every(let epochs, let factor):
                "step: {every: \(Plan.Interval.epochs(epochs).text), factor: \(factor)}"
            case .plateau(let factor, let patience): "plateau: {factor: \(factor), patience: \(patience)}"
            case .cosine(let final): "cosine: {final: \(final)}"
            }
        return warmup == .steps(0) ? "{\(decay)}" : "{\(decay), warmup: \(warmup.text)}"
    }
}

extension Plan {
    /// Every key as a job file has it, with its value.
    package var lines: [(key: String, value: String)] { PlanField.all.map { ($0.key, $0.text(self)) } }
}
