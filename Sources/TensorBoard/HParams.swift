// A job's hyper-parameters: what one row of the HPARAMS tab says before its metrics.
//
// Readers keep the first that a run says, and the columns of the first run they find, so keys should be the same in
// every run: give one that does not apply as `.none`.

package struct HParams: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case number(Double)
        case text(String)
        case flag(Bool)
        /// Does not apply: an empty cell.
        case none
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
        entries.compactMap { entry in
            let before = other[entry.key] ?? .none
            return before == entry.value ? nil : "\(entry.key): \(before) → \(entry.value)"
        }
    }

    package subscript(key: String) -> Value? {
        get { entries.first { $0.key == key }?.value }
        set {
            let index = entries.firstIndex { $0.key == key }
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
        case .number(let number): "\(number)"
        case .text(let text): text
        case .flag(let flag): "\(flag)"
        case .none: "none"
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

extension HParams {
    /// A column behind the hyper-parameters: the last value of a scalar tag.
    package struct Metric: Hashable, Sendable {
        package enum DataSet: Hashable, Sendable { case training, validation }

        package var tag: String
        package var caption: Caption
        package var dataSet: DataSet?

        package init(_ tag: String, title: String, description: String = "", on dataSet: DataSet? = nil) {
            (self.tag, self.dataSet) = (tag, dataSet)
            caption = Caption(title: title, description: description)
        }
    }
}
