// JSON as a job's tree.

internal import JSON

extension JobNode {
    static func json(_ text: String, file: String) throws(JobError) -> JobNode {
        do {
            return JobNode(try JSONNode(Array(text.utf8), deepest: deepest))
        } catch {
            throw JobError(.syntax, "is not JSON: \(error.problem)", file: file, line: error.line)
        }
    }

    private init(_ node: JSONNode) {
        let content: Content =
            switch node.content {
            case .object(let members):
                .map(members.map { Entry(key: $0.key, line: $0.line, value: JobNode($0.value)) })
            case .array(let items): .list(items.map { JobNode($0) })
            case .string(let text): .scalar(text, quoted: true)
            case .word(let word): .scalar(word, quoted: false)
            }
        self.init(content, line: node.line)
    }
}
