// The functions and classes that a pickle of weights may name. None is ever called; any other is refused by name, since a
// file that names one is no file of weights, whatever else it is.

enum PickleGlobal: Hashable, Sendable {
    case orderedDictionary
    /// torch._utils._rebuild_tensor and _v2: (storage, offset, shape, strides, …).
    case rebuildTensor
    /// torch._utils._rebuild_parameter: (tensor, …).
    case rebuildParameter
    case storage(ElementType)
    case size
    /// Stands for itself, and matters to nobody here: an element type, a class of tensors.
    case plain(String)

    /// - Throws: `.unsupported` with the name.
    init(module: String, name: String) throws {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
            self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"), ("torch.nn.parameter", "Parameter"):
            self = .rebuildParameter
        case ("torch", "Size"): self = .size
        case ("torch", "device"), ("torch.serialization", "_get_layout"), ("collections", "Counter"):
            self = .plain("\(module).\(name)")
        case ("torch", _) where Self.elementTypes.contains(name): self = .plain("\(module).\(name)")
        case ("torch", _), ("torch.cuda", _):
            if name.hasSuffix("Storage"), let type = ElementType(torch: String(name.dropLast(7))) {
                self = .storage(type)
            } else if name.hasSuffix("Tensor"), ElementType(torch: String(name.dropLast(6))) != nil {
                self = .plain("\(module).\(name)")
            } else {
                throw Self.refusal(module, name)
            }
        default: throw Self.refusal(module, name)
        }
    }

    private static let elementTypes: Set<String> = [
        "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
    ]

    private static func refusal(_ module: String, _ name: String) -> WeightsError {
        .unsupported(
            "it names \(module).\(name), which is code and not weights; nothing was run. If you trust the file, load it "
                + "in Python and save model.state_dict() alone")
    }
}
