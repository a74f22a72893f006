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
            case (let at?, nil): return .steps(at: try at.epochList(), factor: factor)
            case (nil, let every?):
                guard
                    case .epochs(let epochs) = try every.interval(
                        times: false, steps: false, examples: "30 epochs")
                else { throw every.mismatch(.wrongType, "is not in epochs", write: "30 epochs") }
                return .every(epochs: epochs, factor: factor)
            default:
                throw error(
                    .missingKey, "needs one of at and every; write {at: [25, 51, 79]} or {every: 30 epochs}")
            }
        case "plateau":
            let fields = try fields(["factor", "patience"])
            return .plateau(
                factor: try fields["factor"]?.factor() ?? 0.1,
                patience: try fields["patience"]?.integer(1...1_000_000) ?? 5)
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

    private func factor() throws(JobError) -> Double {
        try number("a factor above 0 and below 1, such as 0.1") { $0 > 0 && $0 < 1 }
    }

    private func epochList() throws(JobError) -> [Int] {
        let example = "rising epochs such as [25, 51, 79]"
        guard let items, !items.isEmpty else {
            throw mismatch(.wrongType, "is no list of epochs", write: example)
        }
        var epochs: [Int] = []
        for item in items {
            let epoch = try item.integer(1...1_000_000)
            if let last = epochs.last, epoch <= last {
                throw item.error(.outOfRange, "\(epoch) after \(last) does not rise; write \(example)")
            }
            epochs.append(epoch)
        }
        return epochs
    }
}

extension Plan.Schedule.Decay {
    /// Divided by ten after more than five evaluations without a better one.
    static let plateau = Self.plateau(factor: 0.1, patience: 5)
}
