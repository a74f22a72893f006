// Which label is which class, as people write it in JSON:
//
//   {"cat": 0, "dog": 1}          label → index
//   {"0": "cat", "1": "dog"}      index → name; also {"0": ["n02123045", "tabby"]}
//   ["cat", "dog"]                names in order

internal import JSON

package enum ClassTable {
    /// - Parameter labels: those that the images have.
    /// - Returns: in the classes' order.
    /// - Throws: `PreparationError.invalid`, with the line.
    package static func classes(_ file: String, _ bytes: [UInt8], of labels: Set<String>) throws -> [(
        label: String, name: String
    )] {
        do {
            return try classes(bytes, of: labels)
        } catch let error as JSONError {
            throw PreparationError(.invalid, "\(file), line \(error.line): \(error.problem)")
        }
    }

    private static func classes(_ bytes: [UInt8], of labels: Set<String>) throws -> [(
        label: String, name: String
    )] {
        let node = try JSONNode(bytes, deepest: 4)
        let named: [(index: Int, name: String, line: Int)] =
            switch node.content {
            case .array(let items): try items.enumerated().map { ($0, try name($1), $1.line) }
            case .object(let members): try pairs(members)
            default: throw JSONError(line: node.line, problem: "an object of label → index is expected")
            }
        let sorted = named.sorted { $0.index < $1.index }
        for (index, item) in sorted.enumerated() {
            guard item.index == index else {
                throw JSONError(
                    line: item.line,
                    problem: "\(item.name) has index \(item.index) where \(index) is expected")
            }
        }
        let names = sorted.map(\.name)
        guard Set(names).count == names.count else {
            throw JSONError(line: node.line, problem: "a class is named twice")
        }
        // Labels are names, or indices.
        if labels.isSubset(of: names) { return names.map { ($0, $0) } }
        let indices = Set(names.indices.map(String.init))
        if labels.isSubset(of: indices) { return names.enumerated().map { ("\($0)", $1) } }
        let unknown = labels.subtracting(names).subtracting(indices).sorted()
        throw JSONError(line: node.line, problem: "it does not know the label \(unknown.first ?? "")")
    }

    private static func pairs(_ members: [JSONNode.Member]) throws -> [(Int, String, Int)] {
        let isByIndex = members.allSatisfy { Int($0.key) != nil }
        return try members.map { member in
            if isByIndex, let index = Int(member.key), Int(member.value.scalar ?? "") == nil {
                return (index, try name(member.value), member.line)
            }
            guard let index = member.value.scalar.flatMap({ Int($0) }) else {
                throw JSONError(line: member.line, problem: "the index of \(member.key) is no whole number")
            }
            return (index, member.key, member.line)
        }
    }

    private static func name(_ node: JSONNode) throws -> String {
        if case .array(let items) = node.content, let first = items.first?.scalar { return first }
        guard let name = node.scalar else {
            throw JSONError(line: node.line, problem: "a class's name is expected")
        }
        return name
    }
}
