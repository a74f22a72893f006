// YAML by way of Yams, less what a job never needs and what could harm: anchors (a few aliases of aliases stand for
// billions of nodes), several documents, deep nesting.

internal import Yams

extension JobNode {
    /// Nil where there are only comments.
    static func yaml(_ text: String, file: String) throws(JobError) -> JobNode? {
        if let line = lineOfAlias(in: text) { throw anchorRefused(file, line) }
        do {
            // The nodes know their anchors only while the parser lives.
            let parser = try Yams.Parser(yaml: text, encoding: .utf8)
            defer { withExtendedLifetime(parser) {} }
            guard let root = try parser.singleRoot() else { return nil }
            return try JobNode(root, file: file, depth: 0)
        } catch let error as JobError {
            throw error
        } catch let error as YamlError {
            throw JobError(error, text, file: file)
        } catch {
            throw JobError(.syntax, "is not YAML", file: file, cause: error)
        }
    }

    private init(_ node: Node, file: String, depth: Int) throws(JobError) {
        let line = node.mark?.line ?? 1
        if node.anchor != nil { throw Self.anchorRefused(file, line) }
        guard depth <= Self.deepest else { throw Self.tooDeep(file, line) }
        switch node {
        case .scalar(let scalar):
            self.init(
                .scalar(scalar.string, quoted: scalar.style != .any && scalar.style != .plain), line: line)
        case .sequence(let sequence):
            var items: [JobNode] = []
            for item in sequence { items.append(try JobNode(item, file: file, depth: depth + 1)) }
            self.init(.list(items), line: line)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                let keyLine = key.mark?.line ?? line
                guard case .scalar(let name) = key, name.anchor == nil else {
                    throw JobError(.syntax, "a key is a plain word", file: file, line: keyLine)
                }
                entries.append(
                    Entry(
                        key: name.string, line: keyLine,
                        value: try JobNode(value, file: file, depth: depth + 1)))
            }
            self.init(.map(entries), line: line)
        case .alias:
            throw Self.anchorRefused(file, line)
        }
    }

    /// Every alias `*name` needs its anchor `&name`, and Yams expands it before anyone can look: so look at the text.
    /// Complete, and wrong only where a text holds both without meaning it.
    private static func lineOfAlias(in text: String) -> Int? {
        var anchors: Set<Substring> = []
        var line = 1
        let bytes = text.utf8
        for index in bytes.indices {
            switch bytes[index] {
            case 0x0a: line += 1
            case UInt8(ascii: "&"), UInt8(ascii: "*"):
                let rest = text[bytes.index(after: index)...]
                let name = rest.prefix {
                    $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-")
                }
                if name.isEmpty { continue }
                if bytes[index] == UInt8(ascii: "&") {
                    anchors.insert(name)
                } else if anchors.contains(name) {
                    return line
                }
            default: break
            }
        }
        return nil
    }

    private static func anchorRefused(_ file: String, _ line: Int) -> JobError {
        JobError(
            .syntax, "anchors and aliases (&name, *name) are not allowed; write the value out", file: file,
            line: line)
    }

    static func tooDeep(_ file: String, _ line: Int) -> JobError {
        JobError(.syntax, "lists and mappings are nested more than \(deepest) deep", file: file, line: line)
    }
}

extension JobError {
    fileprivate init(_ error: YamlError, _ text: String, file: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let doing = context.map { " (\($0.text) in line \($0.mark.line))" } ?? ""
            self.init(.syntax, "is not YAML: \(problem)\(doing)", file: file, line: mark.line)
        case .composer(_, let problem, let mark, _):
            self.init(
                .syntax, "\(problem); a file holds one document, without \"---\" between parts",
                file: file,
                line: mark.line)
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            self.init(
                .syntax, "is not YAML: \(problem)", file: file, line: 1 + before.utf8.count { $0 == 0x0a })
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            self.init(
                .duplicateKey, "is given more than once; keep one", file: file,
                line: Self.lastLine(of: key, in: text, from: context.mark.line), key: key)
        default: self.init(.syntax, "is not YAML", file: file, cause: error)
        }
    }

    /// The last line that begins with a key, as Yams says only where its mapping begins.
    private static func lastLine(of key: String, in text: String, from first: Int) -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        func begins(_ line: Substring) -> Bool {
            let words = line.drop { $0 == " " || $0 == "\"" || $0 == "'" }
            guard words.hasPrefix(key) else { return false }
            return words.dropFirst(key.count).first { $0 != " " && $0 != "\"" && $0 != "'" } == ":"
        }
        return lines.indices.last { $0 >= first - 1 && begins(lines[$0]) }.map { $0 + 1 } ?? first
    }
}
