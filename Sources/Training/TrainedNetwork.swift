// A network with its weights, and what is needed to show it images: the names of its classes and the normalization that it
// was trained with. From a run's checkpoint, which holds all of it, or from weights of any other origin.

internal import Checkpoints
package import Compute
internal import Datasets
internal import Foundation
package import Images
package import InputPipeline
package import Jobs
package import Networks
package import SystemPackage

package struct TrainedNetwork: Sendable {
    package let network: Network
    package let classes: [String]
    package let normalization: Normalization
    /// Of the run, where it was trained here.
    package let plan: Plan?
    /// Updates done, where that is known.
    package let step: Int?
    package let file: FilePath
    let weights: SafetensorsFile

    private init(
        _ network: Network, _ weights: SafetensorsFile, classes: [String], _ normalization: Normalization,
        plan: Plan? = nil, step: Int? = nil
    ) throws {
        try weights.check(holds: network.parameters, source: "\(weights.path)")
        (self.network, self.weights, self.classes) = (network, weights, classes)
        (self.normalization, self.plan, self.step, file) = (normalization, plan, step, weights.path)
    }

    /// Which of a run's checkpoints.
    package enum Choice: Hashable, Sendable {
        case best, newest
        case step(Int)
    }

    /// - Throws: `TrainingError.checkpoint` where the run has no such checkpoint; `CheckpointsError`, for a damaged one too.
    package init(_ run: RunFolder, _ choice: Choice) throws {
        let store = CheckpointStore(folder: run.checkpoints, keep: nil)
        // The run may be under way, and remove a checkpoint that was there a moment ago.
        for attempt in 1... {
            let step = try store.step(choice, of: run)
            do {
                guard let checkpoint = try store.verified(step) else { continue }
                let state = try checkpoint.data(Checkpoint.stateFile)
                let plan = try checkpoint.data(Checkpoint.planFile)
                self = try Self.trained(
                    try checkpoint.tensors(Checkpoint.modelFile), state: state, plan: plan, run: run.name)
                return
            } catch  where attempt < 4 && (try? store.steps().contains(step)) == false {
                continue
            }
        }
        preconditionFailure("the last attempt ends in one way or the other")
    }

    /// Weights that lie beside the state and the plan of their checkpoint; nil for others.
    package init?(checkpointOf file: FilePath) throws {
        let folder = file.removingLastComponent()
        let files = [Checkpoint.stateFile, Checkpoint.planFile].map { folder.appending($0).string }
        guard let state = FileManager.default.contents(atPath: files[0]),
            let plan = FileManager.default.contents(atPath: files[1])
        else { return nil }
        self = try Self.trained(try SafetensorsFile(file), state: state, plan: plan, run: "\(folder)")
    }

    private static func trained(
        _ weights: SafetensorsFile, state: Data, plan: Data, run: String
    ) throws -> TrainedNetwork {
        var origin: (state: TrainingState, plan: Plan)
        do {
            origin = (try TrainingState(json: state), try Plan(json: plan, name: run))
        } catch {
            throw TrainingError(
                .checkpoint,
                "what lies beside \(weights.path) was written by another version of this program",
                cause: error)
        }
        let folder = weights.path.removingLastComponent()
        try origin.state.readMeanImage { try SafetensorsFile(folder.appending($0)) }
        guard let normalization = origin.state.normalization, let data = origin.state.data else {
            throw TrainingError(.checkpoint, "\(weights.path) was saved before its data set was read")
        }
        return try TrainedNetwork(
            origin.plan.network(classes: data.classes.count), weights, classes: data.classes, normalization,
            plan: origin.plan, step: origin.state.step
        )
    }

    /// Weights of any origin, in PyTorch's names and layouts.
    ///
    /// - Parameters:
    ///   - model: nil for whichever the tensors' names and shapes fit.
    /// - Throws: `TrainingError.checkpoint` where they fit none, or another number of classes; `CheckpointsError`.
    package init(
        weights file: FilePath, _ model: Model?, classes: [String], _ normalization: Normalization
    ) throws {
        let weights: SafetensorsFile
        do { weights = try SafetensorsFile(file) } catch let error as CheckpointsError
            where error.code == .damaged
        {
            // No run is going to find a better one: it is the file that is wrong.
            throw TrainingError(.checkpoint, error.message, cause: error.cause)
        }
        let candidates = try (model.map { [$0] } ?? Model.allCases).flatMap {
            try Self.networks($0, of: weights, classes: classes.count)
        }
        // One network's tensors may be another's too, and then some.
        let fit = candidates.filter { network in
            network.parameters.allSatisfy { weights.shape(of: $0.name) == $0.shape }
        }.max { $0.parameters.count < $1.parameters.count }
        // Of one that was asked for, the tensor that does not fit is named.
        let nearest = model.map { candidates.first ?? AlexNet.network($0, classes: classes.count) }
        guard let network = fit ?? nearest else {
            throw TrainingError(
                .checkpoint,
                "\(file) fits no network of \(classes.count) classes that is known here (it has "
                    + "\(weights.names.prefix(4).joined(separator: ", "))…); give its --model, and --classes with "
                    + "a line for each class")
        }
        try self.init(network, weights, classes: classes, normalization)
    }

    /// The networks of the widths that the layers seem to have: channels are rounded, so that not each tells the same.
    private static func networks(
        _ model: Model, of weights: SafetensorsFile, classes: Int
    ) throws -> [Network] {
        let full = AlexNet.network(model, classes: classes)
        guard let last = full.parameters.last, let outputs = weights.shape(of: last.name)?.first else {
            return []
        }
        guard outputs == classes else {
            throw TrainingError(
                .checkpoint, "\(weights.path) tells \(outputs) classes apart, and \(classes) are named")
        }
        // The widest layers tell best.
        let hidden = full.parameters.filter { $0.role == .bias }.dropLast().sorted { $0.count > $1.count }
        return hidden.compactMap { bias in
            guard let channels = weights.shape(of: bias.name)?.first else { return nil }
            let width = Double(channels) / Double(bias.count)
            return width > 0 && width <= 8
                ? AlexNet.network(model, classes: classes, width: width, dropout: 0) : nil
        }
    }

    /// Those of the run's own validation.
    package var usualViews: Views { plan.flatMap { Views(rawValue: $0.validation.views) } ?? .center }

    /// How every image becomes a square.
    package var fit: SquareDecoder.Fit { plan?.fit ?? .scaled }

    /// An engine that holds the weights, for batches of up to `capacity` images.
    func engine(capacity: Int, _ choice: EngineChoice) throws -> any Engine {
        let engine = try choice.engine(
            network, capacity: capacity, normalization,
            // Nothing is trained.
            Optimizer(method: .sgd, momentum: 0, weightDecay: 0, biasDecay: 0), seed: 0)
        let set = ParameterSet(network.parameters)
        try set.read(weights, source: "\(file)")
        try engine.load(.parameters, from: set)
        return engine
    }
}

extension CheckpointStore {
    fileprivate func step(_ choice: TrainedNetwork.Choice, of run: RunFolder) throws -> Int {
        let steps = try FileManager.default.fileExists(atPath: folder.string) ? steps() : []
        guard let newest = steps.last else {
            throw TrainingError(.checkpoint, "the run \(run.name) has no checkpoint yet (\(folder))")
        }
        switch choice {
        case .newest: return newest
        case .best: return try bestStep() ?? newest
        case .step(let step):
            guard steps.contains(step) else {
                throw TrainingError(
                    .checkpoint,
                    "the run \(run.name) has no checkpoint of step \(step); it has "
                        + "\(steps.map(String.init).joined(separator: ", "))")
            }
            return step
        }
    }
}
