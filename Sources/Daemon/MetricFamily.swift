// One metric in Prometheus's text exposition format: what it is, then a line for each of its label values. Pure.

struct MetricFamily {
    enum Kind: String { case gauge, counter }

    private let name: String
    private let kind: Kind
    private let help: String
    private let samples: [(labels: [(name: String, value: String)], value: Double)]

    /// - Parameters:
    ///   - name: without the alexnetd_ before it.
    ///   - help: a sentence, without backslashes and line breaks.
    init(
        _ name: String, _ kind: Kind, _ help: String,
        _ samples: [(labels: [(name: String, value: String)], value: Double)]
    ) {
        (self.name, self.kind, self.help, self.samples) = ("alexnetd_" + name, kind, help, samples)
    }

    /// Nothing without samples.
    var text: String {
        guard !samples.isEmpty else { return "" }
        return samples.reduce("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n") { text, sample in
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            let set = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            return text + "\(name)\(set) \(Self.number(sample.value))\n"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
