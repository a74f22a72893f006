// The keys of a plan, in the order of the reference: what stands there, and what a change of it means.

struct PlanField: Sendable {
    enum Rule: Sendable {
        case always(PlanChange.Effect)
        /// More are free, unless the schedule depends on them; fewer are free down to those begun.
        case epochs
    }

    /// As in a job file.
    let key: String
    let rule: Rule
    let value: @Sendable (Plan) -> PlanValue

    private init(
        _ key: String, _ rule: Rule = .always(.refused), value: @escaping @Sendable (Plan) -> PlanValue
    ) {
        (self.key, self.rule, self.value) = (key, rule, value)
    }

    static let all: [PlanField] = [
        PlanField("model") { .word($0.model.rawValue) },
        PlanField("dataset") { .word($0.dataset) },
        PlanField("epochs", .epochs) { .integer($0.epochs) },
        PlanField("batch_size") { .integer($0.batchSize) },
        PlanField("accumulate") { .integer($0.accumulate) },
        PlanField("last_batch") { .word($0.lastBatch.rawValue) },
        PlanField("optimizer") { $0.optimizer.value },
        PlanField("learning_rate") { .number($0.learningRate) },
        PlanField("momentum") { .number($0.momentum) },
        PlanField("weight_decay") { .number($0.weightDecay) },
        PlanField("bias_learning_rate") { .number($0.biasLearningRate) },
        PlanField("bias_weight_decay") { .number($0.biasWeightDecay) },
        PlanField("clip_gradients") { $0.clipping.value },
        PlanField("layers") { Plan.LayerRule.value(of: $0.layers) },
        PlanField("freeze") { .list($0.frozen.map(PlanValue.word)) },
        PlanField("schedule") { $0.schedule.value },
        PlanField("early_stopping", .always(.free)) { $0.earlyStopping?.value ?? .word("none") },
        PlanField("evaluate_at_start", .always(.free)) { .flag($0.evaluatesAtStart) },
        PlanField("dropout") { .number($0.dropout) },
        PlanField("pool_dropout") { .number($0.poolDropout) },
        PlanField("label_smoothing") { .number($0.labelSmoothing) },
        PlanField("average_weights") { $0.averageWeights.map(PlanValue.number) ?? .word("none") },
        PlanField("init") { .word($0.initialization.name) },
        PlanField("augment") { $0.augmentation.value },
        PlanField("normalize") { $0.normalization.value },
        PlanField("validation") { .mapping([("views", .integer($0.validation.views))]) },
        PlanField("shuffle") { .flag($0.shuffle) },
        PlanField("seed") { .seed($0.seed) },
        PlanField("device", .always(.inexact)) { .word($0.device.name) },
        PlanField("precision", .always(.inexact)) { .word($0.precision.rawValue) },
        PlanField("width") { .number($0.width) },
        PlanField("threads", .always(.free)) { .integer($0.threads) },
        PlanField("checkpoint", .always(.free)) {
            .mapping([
                ("every", .word($0.checkpoint.every.text)),
                ("keep", $0.checkpoint.keep.map(PlanValue.integer) ?? .word("all")),
                ("best", .word($0.checkpoint.best.rawValue)),
            ])
        },
        PlanField("log", .always(.free)) {
            .mapping([
                ("every", .word($0.log.every.text)), ("histograms", .word($0.log.histograms?.text ?? "none")),
                ("images", .word($0.log.images?.text ?? "none")),
            ])
        },
        PlanField("references", .always(.free)) { Plan.Reference.value(of: $0.references) },
        PlanField("priority", .always(.free)) { .integer($0.priority) },
    ]
}

extension Plan {
    /// Every key as a job file has it, with its value.
    package var lines: [(key: String, value: String)] { PlanField.all.map { ($0.key, $0.value(self).text) } }
}

extension Plan.Device {
    /// As in a job file.
    package var name: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let which?): Int(which) == nil ? which : "cuda:\(which)"
        case .cuda(nil): "cuda"
        }
    }
}

extension Plan.Reference {
    /// {TAG: {NAME: VALUE}}, in the order of the tags' first lines.
    fileprivate static func value(of references: [Self]) -> PlanValue {
        var tags: [String] = []
        for reference in references where !tags.contains(reference.tag) { tags.append(reference.tag) }
        return .mapping(
            tags.map { tag in
                let lines = references.filter { $0.tag == tag }
                return (tag, .mapping(lines.map { ($0.name, .number($0.value)) }))
            })
    }
}
