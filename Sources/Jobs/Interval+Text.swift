// Spans of training as people write them: 200 steps, 1 epoch, 5m, 1.5 h.

extension Plan.Interval {
    /// As a job file has it.
    package var text: String {
        switch self {
        case .steps(let count): "\(count) step\(count == 1 ? "" : "s")"
        case .epochs(let count): "\(count) epoch\(count == 1 ? "" : "s")"
        case .seconds(let seconds): seconds == seconds.rounded() ? "\(Int(seconds))s" : "\(seconds)s"
        }
    }
}

extension JobValue {
    /// - Parameter examples: all of them valid, from which the reader sees the allowed units.
    func interval(times: Bool, steps: Bool = true, examples: String) throws(JobError) -> Plan.Interval {
        let (text, unit) = try quantity("is not a span of training", examples: examples)
        func count() throws(JobError) -> Int {
            guard let count = Int(text) else {
                throw mismatch(.wrongType, "is not a whole number of \(unit)", write: examples)
            }
            guard (1...1_000_000_000).contains(count) else {
                throw mismatch(
                    .outOfRange, "is out of range", write: "1 to 1000000000 of them, such as \(examples)")
            }
            return count
        }
        switch unit {
        case "step", "steps":
            guard steps else {
                throw mismatch(.wrongType, "is in steps", write: "epochs here, such as \(examples)")
            }
            return .steps(try count())
        case "epoch", "epochs": return .epochs(try count())
        default: break
        }
        guard let scale = Self.seconds(per: unit), let number = Double(text) else {
            throw mismatch(.wrongType, "has an unknown unit, \"\(unit)\"", write: examples)
        }
        guard times else {
            throw mismatch(.wrongType, "is a time, which only checkpoint.every may be", write: examples)
        }
        guard number * scale >= 1, number * scale <= 30 * 86400 else {
            throw mismatch(.outOfRange, "is out of range", write: "1s to 720h, such as \(examples)")
        }
        return .seconds(number * scale)
    }
}
