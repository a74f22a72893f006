// What torch.save wrote until the beginning of 2017, a tar archive of three files:
//
//     storages   a count; for each a pickle (id, device, type), its count of elements as int64, and the elements; then
//                a pickle of those that are parts of others, [(id, whole, offset, count)]
//     tensors    a count; for each a pickle (id, storage, type), its dimensions as int32 and four bytes of nothing,
//                the shape, the strides and the offset as int64
//     pickle     the object, in which a tensor is its id

internal import Tar

enum TorchTar {
    /// Of one kind; each takes some bytes of the file.
    private static let most = 1 << 20

    /// - Throws: `.damaged`, `.unsupported`, `.io`.
    static func tensors(_ bytes: Bytes) throws -> [(name: String, tensor: StoredTensor)] {
        let files = try files(bytes)
        func contents(_ name: String) throws -> Bytes {
            guard let contents = files[name] else {
                throw WeightsError.damaged(
                    "it is a tar archive without \"\(name)\"; PyTorch's have storages, tensors and pickle")
            }
            return contents
        }
        let storages = try storages(try contents("storages"))
        let tensors = try tensors(try contents("tensors"), storages)
        var cursor = ByteCursor(try contents("pickle"))
        let graph = try PickleReader.read(&cursor)
        return try StateDictionary(graph: graph) { node in
            guard node.kind == .persistent, let item = node.items.first else { return nil }
            // Python 2's ids are texts.
            guard let id = item.integer ?? item.text.flatMap({ Int($0) }), let tensor = tensors[id] else {
                throw WeightsError.damaged("it is not among the file's tensors")
            }
            return tensor
        }.tensors()
    }

    private static func files(_ bytes: Bytes) throws -> [String: Bytes] {
        let entries: [TarArchive.Entry]
        do {
            entries = try TarArchive.entries(size: Int64(bytes.count)) { offset, count in
                try bytes.array(at: Int(offset), count: min(count, bytes.count - Int(offset)))
            }
        } catch let error as TarError {
            throw WeightsError.damaged("it is \(error)")
        }
        var files: [String: Bytes] = [:]
        for entry in entries {
            let name = entry.name.hasPrefix("./") ? String(entry.name.dropFirst(2)) : entry.name
            let contents = try bytes.part(at: Int(entry.offset), count: Int(entry.size))
            guard files.updateValue(contents, forKey: name) == nil else {
                throw WeightsError.damaged("its file \(name) is there twice")
            }
        }
        return files
    }

    private static func storages(_ bytes: Bytes) throws -> [Int: TensorStorage] {
        var cursor = ByteCursor(bytes)
        var storages: [Int: TensorStorage] = [:]
        for _ in 0..<(try count(&cursor)) {
            let graph = try PickleReader.read(&cursor)
            guard let items = graph.tuple(graph.root), items.count == 3, let id = items[0].integer,
                case .global(.storage(let type))? = graph.node(items[2])?.kind
            else { throw WeightsError.damaged("it has a storage without id and type") }
            storages[id] = try TensorStorage(next: &cursor, type)
        }
        let views = try PickleReader.read(&cursor)
        guard let list = views.sequence(views.root) else {
            throw WeightsError.damaged("it does not list parts of storages")
        }
        for view in list {
            guard let items = views.sequence(view)?.compactMap(\.integer), items.count == 4,
                let whole = storages[items[1]]
            else { throw WeightsError.damaged("it has a part of a storage that is not there") }
            storages[items[0]] = try whole.part(at: items[2], count: items[3])
        }
        return storages
    }

    private static func tensors(_ bytes: Bytes, _ storages: [Int: TensorStorage]) throws -> [Int:
        StoredTensor]
    {
        var cursor = ByteCursor(bytes)
        var tensors: [Int: StoredTensor] = [:]
        for _ in 0..<(try count(&cursor)) {
            let graph = try PickleReader.read(&cursor)
            guard let items = graph.tuple(graph.root)?.prefix(2).compactMap(\.integer), items.count == 2,
                let storage = storages[items[1]]
            else { throw WeightsError.damaged("it has a tensor without id and storage") }
            let dimensions = Int(try cursor.littleEndian(Int32.self))
            guard (0...16).contains(dimensions) else {
                throw WeightsError.damaged("it has a tensor of \(dimensions) dimensions")
            }
            try cursor.skip(4)
            func numbers(_ count: Int) throws -> [Int] {
                try (0..<count).map { _ in Int(try cursor.littleEndian(Int64.self)) }
            }
            let (shape, strides) = (try numbers(dimensions), try numbers(dimensions))
            tensors[items[0]] = try StoredTensor(
                storage, offset: try numbers(1)[0], shape: shape, strides: strides)
        }
        return tensors
    }

    private static func count(_ cursor: inout ByteCursor) throws -> Int {
        guard let count = try PickleReader.read(&cursor).root.integer, (0...most).contains(count) else {
            throw WeightsError.damaged("it does not say how many storages and tensors it has")
        }
        return count
    }
}
