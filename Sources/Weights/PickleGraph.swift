// What a pickle describes, as inert data: nothing in it is ever called. Containers lie in one array and refer to one
// another by index, so that values which hold themselves, or are nested ten thousand deep, cost no more than others.

enum PickleValue: Sendable {
    case none
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    /// Index of a `PickleNode`.
    case node(Int)
}

struct PickleNode: Sendable {
    enum Kind: Sendable, Equatable {
        case tuple, list
        /// Keys and values in turn; a set's are keys alone.
        case dictionary, set
        /// A function or class; no items.
        case global(PickleGlobal)
        /// What the function would return for these items.
        case call(PickleGlobal)
        /// What whoever wrote the pickle keeps elsewhere, under the one item.
        case persistent
    }

    let kind: Kind
    var items: [PickleValue] = []
}

struct PickleGraph: Sendable {
    let nodes: [PickleNode]
    let root: PickleValue

    /// Nil for what is no container.
    func node(_ value: PickleValue) -> PickleNode? {
        if case .node(let index) = value { nodes[index] } else { nil }
    }

    func tuple(_ value: PickleValue) -> [PickleValue]? {
        guard let node = node(value), node.kind == .tuple else { return nil }
        return node.items
    }

    /// A tuple's or a list's items.
    func sequence(_ value: PickleValue) -> [PickleValue]? {
        guard let node = node(value), node.kind == .tuple || node.kind == .list else { return nil }
        return node.items
    }

    /// The entries of a dictionary in their order; keys that are no text are left out.
    func entries(_ value: PickleValue) -> [(key: String, value: PickleValue)]? {
        guard let node = node(value), node.kind == .dictionary else { return nil }
        return stride(from: 0, to: node.items.count - 1, by: 2).compactMap { index in
            node.items[index].text.map { ($0, node.items[index + 1]) }
        }
    }

    /// A tuple of whole numbers.
    func integers(_ value: PickleValue) -> [Int]? {
        // torch.Size is a tuple too.
        let node = node(value)
        guard let node, node.kind == .tuple || node.kind == .call(.size) else { return nil }
        if node.kind == .call(.size), let inner = node.items.first { return sequence(inner)?.integers }
        return node.items.integers
    }
}

extension PickleValue {
    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    var integer: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }
}

extension [PickleValue] {
    /// Nil if one of them is none.
    fileprivate var integers: [Int]? {
        let integers = compactMap(\.integer)
        return integers.count == count ? integers : nil
    }
}
