// The learning rate's schedule: constant | step | plateau | cosine, a word or a mapping, with warmup beside it.

extension JobValue {
    func schedule() throws(JobError) -> Plan.Schedule {
        let kinds = ["constant", "step", "plateau", "cosine"]
        let example = "constant, plateau, cosine or {step: {every: 30 epochs, factor: 0.1}}"
        if let word {
            switch word {
            case "constant": return Plan.Schedule(decay: .constant)
            case "plateau": return Plan.Schedule(decay: .plateau)
            case "cosine": return Plan.Schedule(decay: .cosine(final: 0))
            case "step":
                throw error(
                    .missingKey, "step needs its epochs; write {step: {at: [25, 51, 79], factor: 0.1}}")
            default:
                throw error(.wrongType, "\(node.shown) is not known; " + suggestion(for: word, among: kinds))
            }
        }
        guard case .map = node.content else { throw mismatch(.wrongType, "is no schedule", write: example) }
        let fields = try fields(kinds + ["warmup"])
        let given = kinds.filter { fields[$0] != nil }
        guard given.count == 1, let kind = given.first, let value = fields[kind] else {
            let problem = given.isEmpty ? "names no decay" : "names \(listed(given)) at once"
            throw error(.wrongType, "\(problem); write exactly one of \(listed(kinds)), and warmup beside it")
        }
        var schedule = Plan.Schedule(decay: try value.decay(kind))
        if let warmup = fields["warmup"] {
            schedule.warmup = try warmup.interval(times: false, examples: "5 epochs or 200 steps")
        }
        return schedule
    }

    private func decay(_ kind: String) throws(JobError) -> Plan.Schedule.Decay {
        switch kind {
        case "step":
            let fields = try fields(["at", "every", "factor"])
            let factor = try fields["factor"]?.factor() ?? 0.1
            switch (fields["at"], fields["every"]) {
            case (let at?, nil): return .steps(at: try at.milestones(), factor: factor)
            case (nil, let every?):
                return .every(
                    try every.interval(times: false, examples: "30 epochs or 10000 steps"), factor: factor)
            default:
                throw error(
                    .missingKey, "needs one of at and every; write {at: [25, 51, 79]} or {every: 30 epochs}")
            }
        case "plateau": return .plateau(try plateau())
        case "cosine":
            let final = try fields(["final"])["final"]
            return .cosine(
                final: try final?.number("the part of learning_rate left at the end, from 0 to 1") {
                    $0 >= 0 && $0 <= 1
                } ?? 0)
        default:
            _ = try fields([])
            return .constant
        }
    }

    private func plateau() throws(JobError) -> Plan.Plateau {
        let fields = try fields(
            ["factor", "patience", "metric", "threshold", "threshold_mode", "cooldown", "minimum"])
        var plateau = Plan.Plateau()
        if let factor = fields["factor"] { plateau.factor = try factor.factor() }
        if let patience = fields["patience"] { plateau.patience = try patience.integer(0...1_000_000) }
        if let metric = fields["metric"] { plateau.metric = try metric.choice(Plan.Metric.self) }
        plateau.threshold = try fields.threshold()
        if let cooldown = fields["cooldown"] { plateau.cooldown = try cooldown.integer(0...1_000_000) }
        if let minimum = fields["minimum"] {
            plateau.minimum = try minimum.number("a learning rate from 0 to 100") { $0 >= 0 && $0 <= 100 }
        }
        return plateau
    }

    /// none, or when a run ends before its last epoch.
    func earlyStopping() throws(JobError) -> Plan.EarlyStopping? {
        if word == "none" { return nil }
        guard case .map = node.content else {
            throw mismatch(.wrongType, "says not when", write: "none or {metric: loss, patience: 10}")
        }
        let fields = try fields(["patience", "metric", "threshold", "threshold_mode"])
        var stopping = Plan.EarlyStopping()
        if let patience = fields["patience"] { stopping.patience = try patience.integer(0...1_000_000) }
        if let metric = fields["metric"] { stopping.metric = try metric.choice(Plan.Metric.self) }
        stopping.threshold = try fields.threshold()
        return stopping
    }

    private func factor() throws(JobError) -> Double {
        try number("a factor above 0 and below 1, such as 0.1") { $0 > 0 && $0 < 1 }
    }

    /// Epochs, bare or with their unit, or steps.
    private func milestones() throws(JobError) -> [Plan.Interval] {
        let example = "rising epochs such as [25, 51, 79], or steps such as [10000 steps, 20000 steps]"
        guard let items, !items.isEmpty else {
            throw mismatch(
                .wrongType, items == nil ? "is no list of epochs or steps" : "is empty", write: example)
        }
        var milestones: [Plan.Interval] = []
        for item in items {
            let isBare = item.word.map { Double($0) != nil } ?? true
            let next: Plan.Interval =
                isBare
                ? .epochs(try item.integer(1...1_000_000))
                : try item.interval(times: false, examples: example)
            switch (milestones.last, next) {
            case (.steps(let last)?, .steps(let next)) where next > last: break
            case (.epochs(let last)?, .epochs(let next)) where next > last: break
            case (nil, _): break
            case (let last?, _):
                throw item.error(
                    .outOfRange, "\(next.text) after \(last.text) does not rise; write \(example)")
            }
            milestones.append(next)
        }
        return milestones
    }
}

extension JobFields {
    fileprivate func threshold() throws(JobError) -> Plan.Threshold {
        var threshold = Plan.Threshold()
        if let value = self["threshold"] {
            threshold.value = try value.number("a number from 0 up to, but not, 1") { $0 >= 0 && $0 < 1 }
        }
        if let mode = self["threshold_mode"] { threshold.mode = try mode.choice(Plan.Threshold.Mode.self) }
        return threshold
    }
}

extension Plan.Schedule.Decay {
    /// Divided by ten after more than five evaluations without a better one.
    static let plateau = Self.plateau(Plan.Plateau())
}
