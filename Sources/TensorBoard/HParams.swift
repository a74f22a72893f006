// A job's hyper-parameters: what one row of the HPARAMS tab says before its metrics.
//
// Runs need not have the same keys: the page makes a column of every key of every run, those that differ from run to
// run first, and one of every scalar tag, of which it shows the first five by name. (The message that would name the
// columns is not written: the page believes the one of an arbitrary run and leaves out what another run has beside it.)

package struct HParams: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case number(Double)
        case text(String)
        case flag(Bool)
    }

    package struct Entry: Hashable, Sendable {
        package let key: String
        package var value: Value
    }

    /// In the order in which they were first set.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// "epochs: 90 → 120" for each key whose value is another one now.
    func changes(since other: HParams) -> [String] {
        let keys = other.entries.map(\.key) + entries.map(\.key).filter { other[$0] == nil }
        return keys.filter { self[$0] != other[$0] }.map { key in
            "\(key): \(other[key]?.description ?? "none") → \(self[key]?.description ?? "none")"
        }
    }

    /// A number that is not finite becomes a text: the page is sent as JSON, which has no such numbers, and one of them
    /// would leave it empty.
    package subscript(key: String) -> Value? {
        get { entries.first { $0.key == key }?.value }
        set {
            let index = entries.firstIndex { $0.key == key }
            var newValue = newValue
            if case .number(let number) = newValue, !number.isFinite { newValue = .text("\(number)") }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append(Entry(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension HParams.Value: CustomStringConvertible {
    package var description: String {
        switch self {
        case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
        case .text(let text): text
        case .flag(let flag): "\(flag)"
        }
    }
}

extension HParams: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, Value)...) {
        for (key, value) in elements { self[key] = value }
    }
}

extension HParams.Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral
{
    package init(stringLiteral text: String) { self = .text(text) }
    package init(booleanLiteral flag: Bool) { self = .flag(flag) }
    package init(floatLiteral number: Double) { self = .number(number) }
    package init(integerLiteral number: Int) { self = .number(Double(number)) }
}
