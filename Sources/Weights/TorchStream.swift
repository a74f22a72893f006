// What torch.save wrote before PyTorch 1.6: five pickles one after the other (a magic number, 1001, facts about the machine,
// the object, the keys of its storages) and then each storage: its count of elements as int64, and the elements.

enum TorchStream {
    /// The pickle of the magic number, behind its first two bytes, which say the protocol.
    private static let magic: [UInt8] = [
        0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
    ]
    private static let version = 1001

    static func begins(_ bytes: Bytes) -> Bool {
        guard let first = try? bytes.array(at: 0, count: magic.count + 2) else { return false }
        return first[0] == 0x80 && first.dropFirst(2).elementsEqual(magic)
    }

    /// - Throws: `.damaged`, `.unsupported`, `.io`.
    static func tensors(_ bytes: Bytes) throws -> [(name: String, tensor: StoredTensor)] {
        var cursor = ByteCursor(bytes)
        _ = try PickleReader.read(&cursor)
        let protocolVersion = try PickleReader.read(&cursor).root.integer
        guard protocolVersion == version else {
            throw WeightsError.unsupported("its version is \(protocolVersion ?? 0); \(version) is read")
        }
        let machine = try PickleReader.read(&cursor)
        if case .flag(false)? = machine.entries(machine.root)?.last(where: { $0.key == "little_endian" })?
            .value
        {
            throw WeightsError.unsupported(
                "it was written on a big-endian machine; only little-endian files are read")
        }
        let graph = try PickleReader.read(&cursor)
        let keys = try PickleReader.read(&cursor)
        guard let order = keys.sequence(keys.root) else {
            throw WeightsError.damaged("it does not list its storages")
        }
        let storages = try storages(order, types: try types(graph), &cursor)
        return try StateDictionary(graph: graph) { node in
            try StoredTensor(node, in: graph) { reference in
                guard let storage = storages[reference.key], storage.type == reference.type else {
                    throw WeightsError.damaged("its storage \(reference.key) is missing, or of another type")
                }
                return storage
            }
        }.tensors()
    }

    private static func types(_ graph: PickleGraph) throws -> [String: ElementType] {
        var types: [String: ElementType] = [:]
        for node in graph.nodes where node.kind == .persistent {
            let reference = try StorageReference(node, in: graph)
            types[reference.key] = reference.type
        }
        return types
    }

    private static func storages(
        _ keys: [PickleValue], types: [String: ElementType], _ cursor: inout ByteCursor
    ) throws -> [String: TensorStorage] {
        var storages: [String: TensorStorage] = [:]
        for key in keys {
            guard let key = key.text, let type = types[key] else {
                throw WeightsError.damaged("it lists a storage that nothing refers to")
            }
            storages[key] = try TensorStorage(next: &cursor, type)
        }
        return storages
    }
}

extension TensorStorage {
    /// Its count of elements as int64, and the elements; leaves the cursor behind them.
    /// - Throws: `.damaged` where the file ends before.
    init(next cursor: inout ByteCursor, _ type: ElementType) throws {
        let count = try cursor.littleEndian(Int64.self)
        guard count >= 0, Int(count) <= cursor.remaining / type.size else {
            throw WeightsError.damaged(
                "it is cut off: a storage of \(count) \(type.name) is wanted where \(cursor.remaining) bytes are left"
            )
        }
        self.init(bytes: try cursor.part(Int(count) * type.size), type: type)
    }
}
