// Schedules as a job file has them. What is as by default is left out where older plans know nothing of it.

extension Plan.Schedule {
    var value: PlanValue {
        .mapping([decay.value] + (warmup == .steps(0) ? [] : [("warmup", .word(warmup.text))]))
    }
}

extension Plan.Schedule.Decay {
    fileprivate var value: (String, PlanValue) {
        switch self {
        case .constant: ("constant", .mapping([]))
        case .steps(let at, let factor):
            ("step", .mapping([("at", .list(at.map(\.milestone))), ("factor", .number(factor))]))
        case .every(let interval, let factor):
            ("step", .mapping([("every", .word(interval.text)), ("factor", .number(factor))]))
        case .plateau(let plateau): ("plateau", .mapping(plateau.entries))
        case .cosine(let final): ("cosine", .mapping([("final", .number(final))]))
        }
    }
}

extension Plan.Interval {
    /// Epochs are bare numbers.
    fileprivate var milestone: PlanValue {
        if case .epochs(let count) = self { .integer(count) } else { .word(text) }
    }
}

extension Plan.Plateau {
    fileprivate var entries: [(key: String, value: PlanValue)] {
        let usual = Self()
        var entries: [(key: String, value: PlanValue)] = [
            ("factor", .number(factor)), ("patience", .integer(patience)),
        ]
        if metric != usual.metric { entries.append(("metric", .word(metric.rawValue))) }
        entries += threshold.entries
        if cooldown != usual.cooldown { entries.append(("cooldown", .integer(cooldown))) }
        if minimum != usual.minimum { entries.append(("minimum", .number(minimum))) }
        return entries
    }
}

extension Plan.Threshold {
    fileprivate var entries: [(key: String, value: PlanValue)] {
        let usual = Self()
        return (value == usual.value ? [] : [("threshold", .number(value))])
            + (mode == usual.mode ? [] : [("threshold_mode", .word(mode.rawValue))])
    }
}

extension Plan.EarlyStopping {
    var value: PlanValue {
        .mapping(
            [("metric", .word(metric.rawValue)), ("patience", .integer(patience))] + threshold.entries)
    }
}
