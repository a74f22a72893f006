// A value as a job file has it, for people on one line of YAML, and for files as JSON.

indirect enum PlanValue: Sendable {
    case word(String)
    case integer(Int)
    case seed(UInt64)
    case number(Double)
    case flag(Bool)
    case list([PlanValue])
    case mapping([(key: String, value: PlanValue)])

    /// "{every: 5m, keep: 3}"
    var text: String {
        switch self {
        case .word(let word): word
        case .integer(let number): "\(number)"
        case .seed(let seed): "\(seed)"
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let values): "[\(listed(values.map(\.text)))]"
        case .mapping(let entries): "{\(listed(entries.map { "\($0.key): \($0.value.text)" }))}"
        }
    }
}

extension PlanValue: Encodable {
    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .word(let word): try word.encode(to: encoder)
        case .integer(let number): try number.encode(to: encoder)
        case .seed(let seed): try seed.encode(to: encoder)
        case .number(let number): try number.encode(to: encoder)
        case .flag(let flag): try flag.encode(to: encoder)
        case .list(let values): try values.encode(to: encoder)
        case .mapping(let entries):
            var container = encoder.container(keyedBy: Key.self)
            for entry in entries { try container.encode(entry.value, forKey: Key(stringValue: entry.key)) }
        }
    }
}
