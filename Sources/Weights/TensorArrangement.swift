// Which tensor of a file stands for which parameter. Names are compared without what wrappers put into them (module. of
// DataParallel, _orig_mod. of torch.compile).

internal import Networks

struct TensorArrangement {
    /// One for each parameter, in their order.
    let tensors: [TensorFile.Tensor]
    let notes: [String]

    /// - Throws: `.mismatch` naming the tensor that is missing, or one without which the numbers would be others.
    init(_ file: TensorFile, _ network: Network) throws {
        let parameters = network.parameters
        let statistic = file.tensors.first { Self.role($0) == .runningMean }
        if let statistic, !parameters.contains(where: { $0.role == .runningMean }) {
            throw WeightsError.mismatch(
                "it has a batch normalisation (tensor \"\(statistic.name)\"), and \(network.name) has none; is it "
                    + "--model \(Model.alexnetBN.rawValue)?")
        }
        let named = Dictionary(
            file.tensors.map { (Self.plain($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        // PyTorch's names, or the layers' own: conv1 … fc8, as Caffe and many others have them.
        let schemes = [
            parameters.map(\.name),
            parameters.map { "\(network.layers[$0.layer].name).\($0.role.rawValue)" },
        ]
        let best =
            schemes.max { first, second in
                first.count { named[$0] != nil } < second.count { named[$0] != nil }
            } ?? []
        let found = best.map { named[$0] }
        if found.allSatisfy({ $0 != nil }) {
            (tensors, notes) = (found.compactMap { $0 }, [])
            return
        }
        if let ordered = Self.ordered(file.tensors.filter(\.isFloat), parameters) {
            tensors = ordered
            notes = [
                "the names are not this program's; tensors were taken in the file's order, by their shapes"
            ]
            return
        }
        let missing = zip(best, found).first { $0.1 == nil }?.0 ?? ""
        let count = (weights: parameters.count { $0.role == .weight }, of: file.tensors.count)
        throw WeightsError.mismatch(
            "it has no tensor \"\(missing)\", which \(network.name) needs, nor \(count.weights) weights and as many "
                + "biases that could be taken in order; it has \(Self.listed(file.tensors))")
    }

    /// The matrices and filters for the weights, the vectors for the biases, each in their order; nil if there are not
    /// exactly as many of as many dimensions. A batch normalisation has four vectors, which are told apart by the last
    /// part of their names.
    private static func ordered(
        _ tensors: [TensorFile.Tensor], _ parameters: [Parameter]
    ) -> [TensorFile.Tensor]? {
        var arrays = tensors.filter { $0.shape.count > 1 }[...]
        var vectors = tensors.filter { $0.shape.count == 1 }[...]
        guard arrays.count + vectors.count == tensors.count, tensors.count == parameters.count else {
            return nil
        }
        let ordered = parameters.compactMap { $0.shape.count > 1 ? arrays.popFirst() : vectors.popFirst() }
        let isNamed = parameters.contains { $0.role == .runningMean }
        let fits = zip(ordered, parameters).allSatisfy {
            $0.shape.count == $1.shape.count && (!isNamed || role($0) == $1.role)
        }
        return ordered.count == parameters.count && fits ? ordered : nil
    }

    private static func role(_ tensor: TensorFile.Tensor) -> Parameter.Role? {
        tensor.name.split(separator: ".").last.flatMap { Parameter.Role(rawValue: String($0)) }
    }

    private static func plain(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false)
            .filter { $0 != "module" && $0 != "_orig_mod" }.joined(separator: ".")
    }

    private static func listed(_ tensors: [TensorFile.Tensor]) -> String {
        let shown = tensors.prefix(4).map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
        return tensors.count > 4 ? "\(tensors.count) tensors: \(shown), …" : shown.isEmpty ? "none" : shown
    }
}
