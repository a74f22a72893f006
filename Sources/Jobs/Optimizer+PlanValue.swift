// Optimisers, clipping and rules as a job file has them. What is as by default is the word alone.

extension Plan.Optimizer {
    var value: PlanValue {
        guard !Self.usual.contains(self) else { return .word(name) }
        let numbers: [(key: String, value: PlanValue)] =
            switch self {
            case .sgd, .nesterov: []
            case .adam(let moments), .adamW(let moments):
                [("beta2", .number(moments.beta2)), ("epsilon", .number(moments.epsilon))]
            case .lars(let trust): [("trust_coefficient", .number(trust))]
            }
        return .mapping([(name, .mapping(numbers))])
    }
}

extension Plan.Clipping {
    var value: PlanValue {
        switch self {
        case .none: .word("none")
        case .norm(let limit): .mapping([("norm", .number(limit))])
        case .value(let limit): .mapping([("value", .number(limit))])
        }
    }
}

extension Plan.LayerRule {
    static func value(of rules: [Self]) -> PlanValue {
        .mapping(
            rules.map {
                (
                    $0.layer,
                    .mapping([
                        ("learning_rate", .number($0.learningRate)),
                        ("weight_decay", .number($0.weightDecay)),
                    ])
                )
            })
    }
}
