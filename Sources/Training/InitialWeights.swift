// The weights that a run begins with: of a file in any form that `alexnetd import` reads, or of another run. All tensors fit
// the network; only the last layer may have another number of classes, and then begins anew.

internal import Checkpoints
package import Compute
internal import Jobs
internal import Networks
internal import SystemPackage
internal import Weights

package struct InitialWeights {
    /// For a person: which checkpoint it is, and what is not as in the file.
    package let notes: [String]
    private let path: FilePath
    private let network: Network
    private let source: Source
    /// The first parameter of the last layer where that begins anew; else past the end.
    private let firstDrawn: Int

    private enum Source {
        /// By this program's names.
        case safetensors(SafetensorsFile)
        case foreign(NetworkWeights)

        /// - Parameter index: in the network's parameters.
        func shape(_ index: Int, _ name: String) -> [Int]? {
            switch self {
            case .safetensors(let file): file.shape(of: name)
            case .foreign(let weights): weights.network.parameters[index].shape
            }
        }
    }

    /// - Parameters:
    ///   - path: of a file, of a checkpoint's folder, or of a run's, which stands for its best checkpoint.
    ///   - model: the network's.
    /// - Throws: `TrainingError.checkpoint`, `CheckpointsError` or `WeightsError`, with the path, where it cannot be read, is
    ///   damaged or does not fit.
    init(_ path: FilePath, _ model: Model, _ network: Network) throws {
        (self.path, self.network) = (path, network)
        var notes: [String]
        (source, notes) = try Self.open(path, model)
        let last = network.parameters.last?.layer
        let classifier = network.parameters.firstIndex { $0.layer == last } ?? 0
        if let classes = Self.otherClasses(network.parameters[classifier...], source) {
            firstDrawn = classifier
            let layer = last.map { network.layers[$0].name } ?? ""
            notes.append("\(layer) begins anew: \(network.classes) classes here, \(classes) in \(path)")
        } else {
            firstDrawn = network.parameters.count
        }
        self.notes = notes
        try check(network.parameters[..<firstDrawn])
    }

    private static func open(_ path: FilePath, _ model: Model) throws -> (Source, notes: [String]) {
        var file = path
        if (try? path.stat().type) == .directory {
            file = path.appending(Checkpoint.modelFile)
            if (try? file.stat()) == nil {
                let best = try TrainedNetwork(RunFolder(path), .best)
                return (.safetensors(best.weights), ["begins with the weights of \(best.file)"])
            }
        }
        let tensors = try TensorFile(file)
        if tensors.format == .safetensors { return (.safetensors(try SafetensorsFile(file)), []) }
        let weights = try saying(path) { try NetworkWeights(tensors, model) }
        return (.foreign(weights), weights.notes)
    }

    /// How many classes the source tells apart, where that is all in which its last layer differs.
    private static func otherClasses(_ classifier: ArraySlice<Parameter>, _ source: Source) -> Int? {
        var counts: Set<Int> = []
        for (index, parameter) in zip(classifier.indices, classifier) {
            guard let shape = source.shape(index, parameter.name), let count = shape.first,
                shape.dropFirst() == parameter.shape.dropFirst(), count != parameter.shape[0]
            else { return nil }
            counts.insert(count)
        }
        return counts.count == 1 ? counts.first : nil
    }

    private func check(_ parameters: ArraySlice<Parameter>) throws {
        switch source {
        case .safetensors(let file):
            try file.check(holds: Array(parameters), source: "\(path)")
            try refuseWhatHasNoPlace(file)
        case .foreign(let weights):
            for (parameter, other) in zip(parameters, weights.network.parameters)
            where parameter.shape != other.shape {
                throw TrainingError.misfit(other.shape, parameter, named: other.name, in: "\(path)")
            }
        }
    }

    /// Weights without a part of their network would be weights of no network.
    private func refuseWhatHasNoPlace(_ file: SafetensorsFile) throws {
        let known = Set(network.parameters.map(\.name))
        let counters = ".num_batches_tracked"
        guard let name = file.names.first(where: { !known.contains($0) && !$0.hasSuffix(counters) }) else {
            return
        }
        throw TrainingError(
            .checkpoint,
            "\(path) holds a tensor \"\(name)\" that this network has no place for: is it another model?")
    }

    /// - Parameter seed: of what begins anew, which is drawn as under `he`.
    package func fill(_ set: ParameterSet, seed: UInt64) throws {
        for (index, parameter) in network.parameters.enumerated() {
            guard index < firstDrawn else {
                Initializer.he.fill(set[index], index, of: network, seed: seed)
                continue
            }
            switch source {
            case .safetensors(let file): try file.read(parameter.name, into: set[index])
            case .foreign(let weights): try Self.saying(path) { try weights.read(index, into: set[index]) }
            }
        }
    }

    private static func saying<T>(_ path: FilePath, _ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as WeightsError {
            throw WeightsError(error.code, "\(path): \(error.message)", cause: error.cause)
        }
    }
}
