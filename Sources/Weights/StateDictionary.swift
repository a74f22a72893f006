// The tensors of a state_dict in a pickle, wherever people put it: alone, or in a checkpoint beside the epoch and the
// optimizer's state.

struct StateDictionary {
    /// Keys under which checkpoints keep the weights, in the order in which they are looked for.
    private static let wrappers = [
        "state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params",
    ]
    /// Looked into, one within the other.
    private static let mostDictionaries = 32

    let graph: PickleGraph
    /// The tensor that a node stands for, nil for one that is none.
    let tensor: (PickleNode) throws -> StoredTensor?

    /// In the order of the dictionary.
    /// - Throws: `.unsupported` where there is no state_dict; `.damaged`, with the tensor's name.
    func tensors() throws -> [(name: String, tensor: StoredTensor)] {
        var visited: Set<Int> = []
        guard let entries = try find(graph.root, &visited) else {
            throw WeightsError.unsupported(
                "it holds no state_dict; save one in Python: torch.save(model.state_dict(), FILE)")
        }
        return try entries.compactMap { entry in
            try found(entry.value, entry.key).map { (entry.key, $0) }
        }
    }

    /// - Parameter visited: nodes; a dictionary may lie in another many times, and in itself.
    private func find(
        _ value: PickleValue, _ visited: inout Set<Int>
    ) throws -> [(key: String, value: PickleValue)]? {
        guard case .node(let index) = value, visited.count < Self.mostDictionaries,
            visited.insert(index).inserted,
            let entries = graph.entries(value)
        else { return nil }
        // First: beside "state_dict" there may be a tensor too, such as the best accuracy.
        for wrapper in Self.wrappers {
            if let inner = entries.last(where: { $0.key == wrapper }),
                let found = try find(inner.value, &visited)
            {
                return found
            }
        }
        return try entries.contains { try found($0.value, $0.key) != nil } ? entries : nil
    }

    private func found(_ value: PickleValue, _ name: String) throws -> StoredTensor? {
        guard var node = graph.node(value) else { return nil }
        if node.kind == .call(.rebuildParameter) {
            guard let inner = node.items.first.flatMap(graph.node) else {
                throw WeightsError.damaged("tensor \"\(name)\": a parameter without a tensor")
            }
            node = inner
        }
        do { return try tensor(node) } catch let error as WeightsError {
            throw WeightsError(error.code, "tensor \"\(name)\": \(error.message)", cause: error.cause)
        }
    }
}
