// What PyTorch's pickles write for a storage, whose bytes lie elsewhere: ('storage', type, key, device, count), and in the
// legacy stream a sixth item, (key, offset, count) of a part of it, or None.

struct StorageReference {
    let type: ElementType
    let key: String
    /// Of the whole storage, in elements.
    let count: Int
    /// The part that is meant; nil for all.
    let view: (offset: Int, count: Int)?

    /// - Throws: `.damaged` for what is no such reference.
    init(_ node: PickleNode, in graph: PickleGraph) throws {
        guard node.kind == .persistent, let items = node.items.first.flatMap(graph.tuple), items.count >= 5,
            items[0].text == "storage", case .global(.storage(let type))? = graph.node(items[1])?.kind,
            let key = items[2].text, let count = items[4].integer, count >= 0
        else { throw WeightsError.damaged("its pickle has a storage without type, key and size") }
        (self.type, self.key, self.count) = (type, key, count)
        if items.count > 5, let parts = graph.tuple(items[5]) {
            guard parts.count == 3, let offset = parts[1].integer, let count = parts[2].integer else {
                throw WeightsError.damaged("the part of storage \(key) has no place and size")
            }
            view = (offset, count)
        } else {
            view = nil
        }
    }
}

extension StoredTensor {
    /// Of a call of `_rebuild_tensor`; nil for any other node.
    /// - Throws: `.damaged` for arguments that make no tensor; what `storage` throws.
    init?(
        _ node: PickleNode, in graph: PickleGraph, storage: (StorageReference) throws -> TensorStorage
    ) throws {
        guard node.kind == .call(.rebuildTensor) else { return nil }
        guard node.items.count >= 4, let place = graph.node(node.items[0]),
            let offset = node.items[1].integer,
            let shape = graph.integers(node.items[2]), let strides = graph.integers(node.items[3])
        else { throw WeightsError.damaged("a tensor without storage, place, shape and strides") }
        let reference = try StorageReference(place, in: graph)
        var bytes = try storage(reference)
        if let view = reference.view { bytes = try bytes.part(at: view.offset, count: view.count) }
        try self.init(bytes, offset: offset, shape: shape, strides: strides)
    }
}
