// Horizontal lines beside curves: {error/top1: {paper: 0.407}}.

extension JobValue {
    /// Names that curves of the run have already.
    private static let taken = ["train", "validation"]

    /// Sorted, so that equal references are equal whatever order they were written in.
    func references() throws(JobError) -> [Plan.Reference] {
        var references: [Plan.Reference] = []
        let names = "letters, digits, '_', '.' and '-'"
        for tag in try entries(
            "no references", write: "{error/top1: {paper: 0.407}}",
            named: /[A-Za-z0-9][A-Za-z0-9_.\/-]{0,99}/,
            of: names + ", with '/' between them")
        {
            // Without '/': what a curve and a line are called together is that of no other curve and line.
            for line in try tag.value.entries(
                "no lines for this curve", write: "{paper: 0.407}", named: /[A-Za-z0-9][A-Za-z0-9_.-]{0,99}/,
                of: names)
            {
                guard !Self.taken.contains(line.name) else {
                    throw line.value.error(
                        .wrongType, "is a curve of the run itself; give the line another name")
                }
                let value = try line.value.number("a number") { _ in true }
                references.append(Plan.Reference(tag.name, line.name, value))
            }
        }
        return references.sorted { ($0.tag, $0.name) < ($1.tag, $1.name) }
    }

    /// Of a mapping whose keys are parts of curves' names.
    private func entries(
        _ what: String, write example: String, named pattern: Regex<Substring>, of characters: String
    ) throws(JobError) -> [(name: String, value: JobValue)] {
        guard case .map(let entries) = node.content else {
            throw mismatch(.wrongType, "is \(what)", write: example)
        }
        var seen: Set<String> = []
        var found: [(name: String, value: JobValue)] = []
        for entry in entries {
            let value = JobValue(node: entry.value, key: "\(key).\(entry.key)", line: entry.line, file: file)
            guard entry.key.wholeMatch(of: pattern) != nil else {
                throw value.error(.wrongType, "cannot be part of a curve's name; use \(characters)")
            }
            guard seen.insert(entry.key).inserted else {
                throw value.error(.duplicateKey, "is given more than once; keep one")
            }
            found.append((entry.key, value))
        }
        return found
    }
}
