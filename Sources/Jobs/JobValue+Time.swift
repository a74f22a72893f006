// Lengths of time as people write them: 90s, 10m, 1.5 h.

extension JobValue {
    /// A number and its unit.
    /// - Parameter problem: what the value is not, where it is no such thing.
    func quantity(
        _ problem: String, examples: String
    ) throws(JobError) -> (number: Substring, unit: String) {
        // The pattern takes a time that is the square of the length.
        guard let word, word.utf8.count <= Self.longestNumber,
            let match = word.wholeMatch(of: /\s*([0-9]*\.?[0-9]+)\s*([A-Za-z]*)\s*/)
        else { throw mismatch(.wrongType, problem, write: examples) }
        guard !match.2.isEmpty else { throw mismatch(.wrongType, "has no unit", write: examples) }
        return (match.1, match.2.lowercased())
    }

    /// Nil for what is no unit of time.
    static func seconds(per unit: String) -> Double? {
        switch unit {
        case "s", "sec", "second", "seconds": 1
        case "m", "min", "minute", "minutes": 60
        case "h", "hour", "hours": 3600
        default: nil
        }
    }

    /// A length of time, in seconds.
    package func seconds(_ range: ClosedRange<Double>, example: String) throws(JobError) -> Double {
        let hint =
            "\(Self.text(seconds: range.lowerBound)) to \(Self.text(seconds: range.upperBound)), such as \(example)"
        let (number, unit) = try quantity("is not a length of time", examples: hint)
        guard let scale = Self.seconds(per: unit), let number = Double(number) else {
            throw mismatch(.wrongType, "has an unknown unit, \"\(unit)\"", write: hint)
        }
        guard range.contains(number * scale) else {
            throw mismatch(.outOfRange, "is out of range", write: hint)
        }
        return number * scale
    }

    /// As `seconds` reads it: 2h, 10m, 150s, 0.5s.
    package static func text(seconds: Double) -> String {
        for (unit, length) in [("h", 3600.0), ("m", 60)]
        where seconds >= length && seconds.remainder(dividingBy: length) == 0 {
            return "\(Int(seconds / length))\(unit)"
        }
        return seconds == seconds.rounded() ? "\(Int(seconds))s" : "\(seconds)s"
    }
}
