// A job file as a tree, the same whether it was YAML or JSON: each value with the line it stands on.

struct JobNode: Sendable {
    indirect enum Content: Sendable {
        /// `quoted` scalars are text, whatever they look like.
        case scalar(String, quoted: Bool)
        case list([JobNode])
        case map([Entry])
    }

    struct Entry: Sendable {
        let key: String
        /// Of the key, from 1.
        let line: Int
        let value: JobNode
    }

    /// Levels of lists and mappings within one another; a job has three.
    static let deepest = 16

    let content: Content
    /// From 1.
    let line: Int

    /// The value as a message shows it, on one line.
    var shown: String {
        switch content {
        case .scalar("", quoted: false): "nothing"
        case .scalar(let text, quoted: _):
            "\"" + String(text.unicodeScalars.prefix(60).map { $0.value < 0x20 ? " " : Character($0) })
                + (text.unicodeScalars.count > 60 ? "…" : "") + "\""
        case .list: "a list"
        case .map: "a mapping"
        }
    }

    /// Parses a job file.
    /// - Parameter file: its name; `.json` is read as JSON, everything else as YAML.
    init(bytes: [UInt8], file: String) throws(JobError) {
        guard let node = try Self.parsed(bytes, file: file) else {
            throw JobError(
                .unreadable,
                "is empty or holds only comments; a job has at least a line \"dataset: /path/to/data\"",
                file: file)
        }
        self = node
    }

    /// - Returns: nil where there is nothing but white space and comments.
    static func parsed(_ bytes: [UInt8], file: String) throws(JobError) -> JobNode? {
        guard bytes.count <= JobFile.largest else { throw JobFile.tooLarge(bytes.count, file) }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw JobError(
                .syntax, "is not UTF-8 text; save it as UTF-8", file: file,
                line: 1 + bytes.prefix(validPrefix(bytes)).count { $0 == 0x0a })
        }
        if text.unicodeScalars.first == "\u{feff}" { text.unicodeScalars.removeFirst() }
        guard text.utf8.contains(where: { $0 != 0x20 && !(0x09...0x0d).contains($0) }) else { return nil }
        return file.hasSuffix(".json") ? try json(text, file: file) : try yaml(text, file: file)
    }

    init(_ content: Content, line: Int) { (self.content, self.line) = (content, line) }

    /// Bytes before the first that is not UTF-8.
    private static func validPrefix(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var count = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { count += UTF8.width(scalar) }
        return count
    }
}
