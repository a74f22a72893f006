// A mapping of a job file, or of another small file as strict, with its keys checked, and the values in it. Every
// refusal says the place, the value, and what to write instead.

package struct JobFields {
    /// The mapping's own key, dotted, with a dot at its end; empty for the whole file.
    private let path: String
    private let file: String
    private let line: Int
    private var values: [String: JobValue] = [:]

    /// - Parameter keys: the valid ones; any other is an error that names the nearest.
    init(_ node: JobNode, path: String, keys: [String], file: String) throws(JobError) {
        (self.path, self.file, self.line) = (path.isEmpty ? "" : path + ".", file, node.line)
        guard case .map(let entries) = node.content else {
            throw JobError(
                .wrongType,
                "\(node.shown) is not a mapping; write \"key: value\" with the keys \(listed(keys))",
                file: file, line: node.line, key: path.isEmpty ? nil : path)
        }
        for entry in entries {
            let key = self.path + entry.key
            guard keys.contains(entry.key) else {
                throw JobError(
                    .unknownKey, "is not a key; " + suggestion(for: entry.key, among: keys), file: file,
                    line: entry.line, key: key)
            }
            if let first = values[entry.key] {
                throw JobError(
                    .duplicateKey, "is given more than once, first in line \(first.line); keep one",
                    file: file,
                    line: entry.line, key: key)
            }
            values[entry.key] = JobValue(node: entry.value, key: key, line: entry.line, file: file)
        }
    }

    /// A file that is one mapping.
    /// - Parameter file: for messages; its ending tells JSON from YAML.
    /// - Returns: nil where it holds nothing but comments.
    package static func read(_ bytes: [UInt8], file: String, keys: [String]) throws(JobError) -> JobFields? {
        guard let node = try JobNode.parsed(bytes, file: file) else { return nil }
        // "---" alone is a document with nothing in it.
        if case .scalar("", quoted: false) = node.content { return nil }
        return try JobFields(node, path: "", keys: keys, file: file)
    }

    /// The keys of a file that is one mapping, whatever they are: they show what it is about. Empty for any other file.
    package static func keys(_ bytes: [UInt8], file: String) throws(JobError) -> [String] {
        guard case .map(let entries)? = try JobNode.parsed(bytes, file: file)?.content else { return [] }
        return entries.map(\.key)
    }

    /// Takes from others what is not given here.
    mutating func fill(from others: JobFields) { values.merge(others.values) { own, _ in own } }

    package subscript(key: String) -> JobValue? { values[key] }

    var lines: [String: Int] { values.mapValues(\.line) }

    func required(_ key: String, example: String) throws(JobError) -> JobValue {
        guard let value = values[key] else {
            throw JobError(
                .missingKey, "is missing; write for example \"\(key): \(example)\"", file: file, line: line,
                key: path + key)
        }
        return value
    }
}
