// JSON (RFC 8259) as it is written, strictly: with the line of every value, numbers as their digits, and both of two equal
// keys. Foundation's reader tells no lines, keeps one of the keys and rounds large numbers; YAML parsers refuse some of it.

package struct JSONNode: Sendable {
    package indirect enum Content: Sendable {
        /// In the order of the text; keys may be equal.
        case object([Member])
        case array([JSONNode])
        case string(String)
        /// A number, true, false or null, as written.
        case word(String)
    }

    package struct Member: Sendable {
        package let key: String
        /// Of the key, from 1.
        package let line: Int
        package let value: JSONNode
    }

    package let content: Content
    /// From 1.
    package let line: Int

    init(_ content: Content, line: Int) { (self.content, self.line) = (content, line) }

    /// - Parameters:
    ///   - bytes: a whole text.
    ///   - deepest: levels of objects and arrays within one another.
    package init(_ bytes: [UInt8], deepest: Int) throws(JSONError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONError(line: 1, problem: "it is not UTF-8")
        }
        var scanner = JSONScanner(bytes, deepest: deepest)
        self = try scanner.value(depth: 0)
        try scanner.end()
    }
}

/// Why a text is not JSON.
package struct JSONError: Error {
    /// From 1.
    package let line: Int
    package let problem: String

    package init(line: Int, problem: String) { (self.line, self.problem) = (line, problem) }
}
