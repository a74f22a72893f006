// One value, of a job file as a rule, read as what its key needs.

internal import Foundation

package struct JobValue {
    let node: JobNode
    /// Dotted: "checkpoint.every".
    let key: String
    /// Of the key; the value may stand below it.
    package let line: Int
    let file: String

    init(node: JobNode, key: String, line: Int, file: String) {
        (self.node, self.key, self.line, self.file) = (node, key, line, file)
    }

    /// A value that no file holds, such as a flag's: of its errors only the `problem` means anything.
    package init(_ text: String, key: String) {
        self.init(node: JobNode(.scalar(text, quoted: false), line: 1), key: key, line: 1, file: "")
    }

    /// In characters; a Double written out in full has at most 25.
    static let longestNumber = 64

    package func error(_ code: JobError.Code, _ problem: String) -> JobError {
        JobError(code, problem, file: file, line: line, key: key)
    }

    /// "VALUE is not …; write …"
    package func mismatch(_ code: JobError.Code, _ what: String, write: String) -> JobError {
        error(code, "\(node.shown) \(what); write \(write)")
    }

    /// The scalar as written, nil for lists, mappings and nothing at all.
    private var scalar: (text: String, quoted: Bool)? {
        guard case .scalar(let text, let quoted) = node.content else { return nil }
        return !quoted && ["", "~", "null", "Null", "NULL"].contains(text) ? nil : (text, quoted)
    }

    /// A word or text, not empty.
    package func text(write example: String) throws(JobError) -> String {
        guard let text = scalar?.text, !text.isEmpty else {
            throw mismatch(.wrongType, "is no text", write: example)
        }
        return text
    }

    func flag() throws(JobError) -> Bool {
        switch scalar {
        case ("true", false)?: return true
        case ("false", false)?: return false
        default: throw mismatch(.wrongType, "is neither true nor false", write: "true or false")
        }
    }

    package func integer(_ range: ClosedRange<Int>) throws(JobError) -> Int {
        let hint = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let value = try number(write: hint)
        guard let text = scalar?.text, text.wholeMatch(of: /[-+]?[0-9]+/) != nil else {
            throw mismatch(.wrongType, "is not a whole number", write: hint)
        }
        guard let whole = Int(text), range.contains(whole), value.isFinite else {
            throw mismatch(.outOfRange, "is out of range", write: hint)
        }
        return whole
    }

    func seed() throws(JobError) -> UInt64 {
        let hint = "a whole number from 0 to \(UInt64.max)"
        _ = try number(write: hint)
        guard let text = scalar?.text, text.wholeMatch(of: /[-+]?[0-9]+/) != nil else {
            throw mismatch(.wrongType, "is not a whole number", write: hint)
        }
        guard let seed = UInt64(text) else { throw mismatch(.outOfRange, "is out of range", write: hint) }
        return seed
    }

    /// - Parameter range: what is allowed, in words that follow "write": "a number from 0 up to but not 1".
    func number(_ range: String, where isAllowed: (Double) -> Bool) throws(JobError) -> Double {
        let value = try number(write: range)
        guard isAllowed(value) else { throw mismatch(.outOfRange, "is out of range", write: range) }
        return value
    }

    private func number(write hint: String) throws(JobError) -> Double {
        guard let (text, quoted) = scalar else { throw mismatch(.wrongType, "is not a number", write: hint) }
        let letters = text.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: ".+-"))
        if ["nan", "inf", "infinity"].contains(letters) {
            throw mismatch(.notFinite, "is not finite", write: hint)
        }
        if quoted, Double(text) != nil {
            throw mismatch(
                .wrongType, "is text, in quotes, not a number", write: "it without the quotes: \(hint)")
        }
        // The pattern takes a time that is the square of the length.
        guard !quoted, text.utf8.count <= Self.longestNumber,
            text.wholeMatch(of: /[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?/) != nil,
            let value = Double(text)
        else { throw mismatch(.wrongType, "is not a number", write: hint) }
        guard value.isFinite else { throw mismatch(.notFinite, "is not finite", write: hint) }
        return value
    }

    /// One of a few words.
    func choice<Value>(_ choices: [(String, Value)]) throws(JobError) -> Value {
        let words = choices.map(\.0)
        let text = try text(write: "one of \(listed(words))")
        guard let choice = choices.first(where: { $0.0 == text }) else {
            throw error(.wrongType, "\(node.shown) is not known; " + suggestion(for: text, among: words))
        }
        return choice.1
    }

    package func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ type: Value.Type
    ) throws(JobError) -> Value {
        try choice(Value.allCases.map { ($0.rawValue, $0) })
    }

    func fields(_ keys: [String]) throws(JobError) -> JobFields {
        try JobFields(node, path: key, keys: keys, file: file)
    }

    /// The word of a plain scalar, or nil: for values that are a word or something longer.
    var word: String? { scalar?.text }

    /// The items of a list, or nil.
    package var items: [JobValue]? {
        guard case .list(let nodes) = node.content else { return nil }
        return nodes.map { JobValue(node: $0, key: key, line: $0.line, file: file) }
    }

    /// The one entry of a mapping that has one.
    var onlyEntry: (key: String, value: JobValue)? {
        guard case .map(let entries) = node.content, entries.count == 1 else { return nil }
        return (
            entries[0].key,
            JobValue(
                node: entries[0].value, key: "\(key).\(entries[0].key)", line: entries[0].line, file: file)
        )
    }
}
