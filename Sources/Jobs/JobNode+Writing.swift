// A job's tree as YAML, for a job that no file holds as it is. What is written reads back as the same tree.

internal import Yams

extension JobNode {
    /// A line for each key; what lies in it stands in braces, as people write it.
    func yaml() throws(JobError) -> String {
        do {
            // Lines are never folded; letters of all scripts stand as they are.
            return try Yams.serialize(node: node(.block), width: -1, allowUnicode: true)
        } catch {
            throw JobError(.syntax, "the job cannot be written as YAML", cause: error)
        }
    }

    private func node(_ style: Node.Mapping.Style) -> Node {
        switch content {
        case .scalar(let text, let quoted):
            .scalar(Node.Scalar(text, Tag(.str), quoted ? .doubleQuoted : .plain))
        case .list(let items):
            .sequence(Node.Sequence(items.map { $0.node(.flow) }, Tag(.seq), .flow))
        case .map(let entries):
            .mapping(
                Node.Mapping(
                    entries.map { (Node($0.key, Tag(.str), .plain), $0.value.node(.flow)) }, Tag(.map), style)
            )
        }
    }
}
