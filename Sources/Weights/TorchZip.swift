// What torch.save writes since PyTorch 1.6: a zip archive of TOP/data.pkl, the pickle, and TOP/data/KEY, the storages; TOP
// is any name. Checksums are compared when the file is opened.

enum TorchZip {
    /// - Throws: `.damaged`, `.unsupported`, `.io`.
    static func tensors(_ bytes: Bytes) throws -> [(name: String, tensor: StoredTensor)] {
        let archive = try ZipArchive(bytes)
        let suffix = "/data.pkl"
        let tops = archive.names.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
        guard tops.count == 1, let top = tops.first else {
            throw WeightsError.unsupported("it is a zip archive without PyTorch's data.pkl")
        }
        guard !archive.names.contains("\(top)/constants.pkl") else {
            throw WeightsError.unsupported(
                "it is a TorchScript program; save its weights: torch.save(torch.jit.load(FILE).state_dict(), OTHER)"
            )
        }
        if let order = try archive.contents("\(top)/byteorder"), try order.array() != Array("little".utf8) {
            throw WeightsError.unsupported(
                "it was written on a big-endian machine; only little-endian files are read")
        }
        guard let pickle = try archive.contents(top + suffix) else {
            preconditionFailure("it has just been seen")
        }
        var cursor = ByteCursor(pickle)
        let graph = try PickleReader.read(&cursor)
        var storages: [String: Bytes] = [:]
        return try StateDictionary(graph: graph) { node in
            try StoredTensor(node, in: graph) { reference in
                let key = reference.key
                // One storage may hold all tensors.
                guard let bytes = try storages[key] ?? archive.contents("\(top)/data/\(key)") else {
                    throw WeightsError.damaged("its storage \(key) is missing")
                }
                storages[key] = bytes
                guard bytes.count / reference.type.size == reference.count else {
                    throw WeightsError.damaged(
                        "its storage \(key) of \(reference.count) \(reference.type.name) has \(bytes.count) bytes"
                    )
                }
                return TensorStorage(bytes: bytes, type: reference.type)
            }
        }.tensors()
    }
}
