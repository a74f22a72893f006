// A state_dict as a pickle of protocol 2, with the opcodes that torch.load(weights_only=True) knows.

internal import Networks

struct PickleWriter {
    private(set) var bytes: [UInt8] = [0x80, 2]

    /// An OrderedDict of float tensors; the storage of the one at index i is "i".
    static func stateDictionary(_ parameters: [Parameter]) -> [UInt8] {
        var pickle = PickleWriter()
        pickle.emptyDictionary()
        pickle.opcode("(")
        for (index, parameter) in parameters.enumerated() {
            pickle.text(parameter.name)
            pickle.tensor(parameter, storage: "\(index)")
        }
        pickle.opcode("u")
        pickle.opcode(".")
        return pickle.bytes
    }

    /// torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())
    private mutating func tensor(_ parameter: Parameter, storage key: String) {
        global("torch._utils", "_rebuild_tensor_v2")
        opcode("(")
        opcode("(")
        text("storage")
        global("torch", "FloatStorage")
        text(key)
        text("cpu")
        integer(parameter.count)
        opcode("t")
        opcode("Q")
        integer(0)
        tuple(parameter.shape)
        tuple(parameter.shape.indices.map { parameter.shape[($0 + 1)...].reduce(1, *) })
        bytes.append(0x89)
        emptyDictionary()
        opcode("t")
        opcode("R")
    }

    private mutating func opcode(_ letter: Unicode.Scalar) { bytes.append(UInt8(ascii: letter)) }

    private mutating func global(_ module: String, _ name: String) { bytes += "c\(module)\n\(name)\n".utf8 }

    private mutating func emptyDictionary() {
        global("collections", "OrderedDict")
        opcode(")")
        opcode("R")
    }

    private mutating func text(_ text: String) {
        opcode("X")
        bytes.append(littleEndian: UInt32(text.utf8.count))
        bytes += text.utf8
    }

    private mutating func integer(_ value: Int) {
        if let small = Int32(exactly: value) {
            opcode("J")
            bytes.append(littleEndian: small)
        } else {
            bytes += [0x8a, 8]
            bytes.append(littleEndian: Int64(value))
        }
    }

    private mutating func tuple(_ values: [Int]) {
        opcode("(")
        values.forEach { integer($0) }
        opcode("t")
    }
}
