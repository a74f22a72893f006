// The tensors of a file as the parameters of one of our networks: by their names, or, where these are somebody else's, by
// order and shape. Width and number of classes are the file's.

package import Networks

package struct NetworkWeights: Sendable {
    package let network: Network
    /// Of the network's hidden layers, as a multiple of the model's.
    package let width: Double
    /// For a person: what was found under other names, or changed on the way.
    package let notes: [String]
    private let tensors: [TensorFile.Tensor]
    private let adaptation: CaffeAdaptation?

    /// - Throws: `.mismatch` naming the first tensor that does not fit, its shape and the shape that is needed.
    package init(_ file: TensorFile, _ model: Model) throws {
        let arrangement = try TensorArrangement(file, AlexNet.network(model, classes: 2))
        let (network, width) = try Self.network(model, fitting: arrangement)
        if let wrong = Self.misfits(network, arrangement).first {
            let (parameter, tensor) = (network.parameters[wrong], arrangement.tensors[wrong])
            let fitting = Model.allCases.first { $0 != model && Self.fits(file, $0) }
            throw WeightsError.mismatch(
                "tensor \"\(tensor.name)\" is \(tensor.shape), and \(model.rawValue) needs \(parameter.shape) for "
                    + parameter.name + (fitting.map { "; the file fits --model \($0.rawValue)" } ?? ""))
        }
        adaptation = file.net.map { CaffeAdaptation($0, network) }
        notes = arrangement.notes + (adaptation?.notes ?? [])
        (self.network, self.width, tensors) = (network, width, arrangement.tensors)
    }

    /// The values of the parameter at `index` in `network.parameters`.
    /// - Parameter values: exactly its count.
    /// - Throws: `.damaged` for a value that is not finite; what reading throws.
    package func read(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
        try tensors[index].read(into: values)
        adaptation?.adapt(values, network.parameters[index])
        guard values.allSatisfy(\.isFinite) else {
            throw WeightsError.damaged("tensor \"\(tensors[index].name)\" has values that are not finite")
        }
    }

    /// Whether every tensor of the model is in the file.
    package static func fits(_ file: TensorFile, _ model: Model) -> Bool {
        guard let arrangement = try? TensorArrangement(file, AlexNet.network(model, classes: 2)),
            let network = try? network(model, fitting: arrangement).0
        else { return false }
        return misfits(network, arrangement).isEmpty
    }

    private static func misfits(_ network: Network, _ arrangement: TensorArrangement) -> [Int] {
        network.parameters.indices.filter { network.parameters[$0].shape != arrangement.tensors[$0].shape }
    }

    /// Of the width at which most tensors fit. A layer's channels are rounded, so not each tells the same.
    private static func network(
        _ model: Model, fitting arrangement: TensorArrangement
    ) throws -> (Network, width: Double) {
        let full = AlexNet.network(model, classes: 2)
        guard let classes = arrangement.tensors.last?.shape.first, classes >= 1 else {
            throw WeightsError.mismatch("its last layer has no outputs")
        }
        var widths = [1.0]
        for (parameter, tensor) in zip(full.parameters, arrangement.tensors).dropLast(2)
        where parameter.role == .bias {
            let width = Double(tensor.shape.first ?? 0) / Double(parameter.count)
            if widthRange.contains(width), !widths.contains(width) { widths.append(width) }
        }
        let networks = widths.map { (AlexNet.network(model, classes: classes, width: $0), width: $0) }
        return networks.min { misfits($0.0, arrangement).count < misfits($1.0, arrangement).count }
            ?? networks[0]
    }

    /// As a job's `width`.
    private static let widthRange = 0.01...8
}
