// Horizontal lines beside curves: {error/top1: {paper: 0.407}}.

extension JobValue {
    /// The curves that can have them: those of training and validation.
    private static let tags = ["error/top1", "error/top5", "loss"]
    /// Names that these curves have already.
    private static let taken = ["train", "validation"]

    /// Sorted, so that equal references are equal whatever order they were written in.
    func references() throws(JobError) -> [Plan.Reference] {
        let fields = try fields(Self.tags)
        var references: [Plan.Reference] = []
        for tag in Self.tags {
            guard let lines = fields[tag] else { continue }
            for (name, value) in try lines.referenceLines() {
                references.append(Plan.Reference(tag, name, try value.number("a number") { _ in true }))
            }
        }
        return references.sorted { ($0.tag, $0.name) < ($1.tag, $1.name) }
    }

    private func referenceLines() throws(JobError) -> [(name: String, value: JobValue)] {
        guard case .map(let entries) = node.content else {
            throw mismatch(.wrongType, "is no lines for this curve", write: "{paper: 0.407}")
        }
        var lines: [(name: String, value: JobValue)] = []
        for entry in entries {
            let value = JobValue(node: entry.value, key: "\(key).\(entry.key)", line: entry.line, file: file)
            // Without '/': what a curve and a line are called together is that of no other curve and line.
            guard entry.key.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_.-]{0,99}/) != nil else {
                throw value.error(
                    .wrongType, "cannot be part of a curve's name; use letters, digits, '_', '.' and '-'")
            }
            guard !Self.taken.contains(entry.key) else {
                throw value.error(.wrongType, "is a curve of the run itself; give the line another name")
            }
            guard !lines.contains(where: { $0.name == entry.key }) else {
                throw value.error(.duplicateKey, "is given more than once; keep one")
            }
            lines.append((entry.key, value))
        }
        return lines
    }
}
