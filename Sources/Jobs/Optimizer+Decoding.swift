// Optimiser, clipping, and which layers learn how fast: from a job file.

extension JobValue {
    /// A word, or a mapping of that word to the numbers that only this optimiser has.
    func optimizer() throws(JobError) -> Plan.Optimizer {
        let usual = Plan.Optimizer.usual
        if word != nil { return try choice(usual.map { ($0.name, $0) }) }
        let names = usual.map(\.name)
        guard case .map = node.content else {
            throw mismatch(
                .wrongType, "is no optimizer",
                write: "\(listed(names)) or {adam: {beta2: 0.98, epsilon: 1e-6}}")
        }
        let fields = try fields(names)
        let given = names.filter { fields[$0] != nil }
        guard given.count == 1, let name = given.first, let value = fields[name] else {
            let problem = given.isEmpty ? "names none" : "names \(listed(given)) at once"
            throw error(.wrongType, "\(problem); write exactly one of \(listed(names))")
        }
        return try value.optimizer(name)
    }

    private func optimizer(_ name: String) throws(JobError) -> Plan.Optimizer {
        switch name {
        case "adam": return .adam(try moments())
        case "adamw": return .adamW(try moments())
        case "lars":
            let trust = try fields(["trust_coefficient"])["trust_coefficient"]
            return .lars(
                trust: try trust?.number("a number above 0, at most 1") { $0 > 0 && $0 <= 1 } ?? 0.001)
        default:
            guard case .map(let entries) = node.content, entries.isEmpty else {
                throw error(.wrongType, "\(name) has no numbers of its own; write just \(name)")
            }
            return name == "sgd" ? .sgd : .nesterov
        }
    }

    private func moments() throws(JobError) -> Plan.Optimizer.Moments {
        let fields = try fields(["beta2", "epsilon"])
        var moments = Plan.Optimizer.Moments()
        if let beta2 = fields["beta2"] {
            moments.beta2 = try beta2.number("a number from 0 up to, but not, 1") { $0 >= 0 && $0 < 1 }
        }
        if let epsilon = fields["epsilon"] {
            moments.epsilon = try epsilon.number("a number from 1e-12 to 1") { $0 >= 1e-12 && $0 <= 1 }
        }
        return moments
    }

    func clipping() throws(JobError) -> Plan.Clipping {
        if word == "none" { return .none }
        let example = "none, {norm: 1.0} or {value: 0.5}"
        guard case .map = node.content else {
            throw mismatch(.wrongType, "says not how", write: example)
        }
        let fields = try fields(["norm", "value"])
        func limit(_ value: JobValue) throws(JobError) -> Double {
            try value.number("a limit from 1e-6 to 1000000") { $0 >= 1e-6 && $0 <= 1e6 }
        }
        switch (fields["norm"], fields["value"]) {
        case (let norm?, nil): return .norm(try limit(norm))
        case (nil, let value?): return .value(try limit(value))
        default: throw error(.wrongType, "needs one of norm and value; write \(example)")
        }
    }

    /// {LAYER: {learning_rate: 10, weight_decay: 0}}, each with its line.
    func layerRules() throws(JobError) -> [(rule: Plan.LayerRule, line: Int)] {
        guard case .map(let entries) = node.content else {
            throw mismatch(
                .wrongType, "is no mapping of layers",
                write: "{fc8: {learning_rate: 10}, conv1: {weight_decay: 0}}")
        }
        var rules: [(rule: Plan.LayerRule, line: Int)] = []
        for entry in entries {
            let value = JobValue(node: entry.value, key: "\(key).\(entry.key)", line: entry.line, file: file)
            guard !rules.contains(where: { $0.rule.layer == entry.key }) else {
                throw value.error(.duplicateKey, "is given more than once; keep one")
            }
            let fields = try value.fields(["learning_rate", "weight_decay"])
            var rule = Plan.LayerRule(entry.key)
            if let rate = fields["learning_rate"] { rule.learningRate = try rate.multiple() }
            if let decay = fields["weight_decay"] { rule.weightDecay = try decay.multiple() }
            rules.append((rule, entry.line))
        }
        return rules
    }

    private func multiple() throws(JobError) -> Double {
        try number("a multiple of the others' from 0 to 1000") { $0 >= 0 && $0 <= 1000 }
    }

    func layerNames() throws(JobError) -> [String] {
        guard let items else {
            throw mismatch(.wrongType, "is no list of layers", write: "[conv1, conv2]; [] freezes none")
        }
        var names: [String] = []
        for item in items {
            let name = try item.text(write: "a layer's name, such as conv1")
            guard !names.contains(name) else {
                throw item.error(.duplicateKey, "\(name) is given more than once; keep one")
            }
            names.append(name)
        }
        return names
    }
}
