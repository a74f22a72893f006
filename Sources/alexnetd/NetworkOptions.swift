// Which trained network a command is about: a run's checkpoint, or weights from anywhere.

import ArgumentParser
import Compute
import Foundation
import Jobs
import Networks
import SystemPackage
import Training

struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "best (the newest where none is marked), newest, or a step.", valueName: "which"))
    var checkpoint: TrainedNetwork.Choice = .best
    @Option(
        help:
            "Of weights alone: alexnet, alexnet-single, alexnet-bn or torchvision (default: whichever fits).")
    var model: Model?
    @Option(
        help: ArgumentHelp(
            "Of weights alone: a text file with a class's name on each line.", valueName: "file"))
    var classes: String?
    @Option(
        help: ArgumentHelp(
            "Of weights alone: imagenet, or '{mean: [R, G, B], deviation: [R, G, B]}' on the 0–255 scale.",
            valueName: "how"))
    var normalize: String?

    /// - Parameter name: a run of the root, a run's or a checkpoint's folder, or a safetensors file.
    /// - Throws: `ValidationError` saying what there is instead; `TrainingError`, `CheckpointsError`.
    func network(_ name: String, _ root: RootFolder) throws -> TrainedNetwork {
        guard !name.isEmpty else { throw ValidationError("a run's name is empty") }
        let path = FilePath.current.pushing(FilePath(name)).lexicallyNormalized()
        if JobName.isValid(stem: name), Self.isFolder(root.run(name).path) {
            return try checked(try TrainedNetwork(root.run(name), checkpoint))
        }
        if Self.isFolder(path.appending("checkpoints")) {
            return try checked(try TrainedNetwork(RunFolder(path), checkpoint))
        }
        let file = Self.isFolder(path) ? path.appending("model.safetensors") : path
        guard FileManager.default.fileExists(atPath: file.string) else {
            throw ValidationError(Self.unknown(name, path, root))
        }
        if let trained = try TrainedNetwork(checkpointOf: file) { return try checked(trained) }
        guard file.extension == "safetensors" || Self.isSafetensors(file) else {
            throw ValidationError(
                "\(file) is no safetensors file; `alexnetd import \(file) --as NAME` makes a run of PyTorch's and Caffe's"
            )
        }
        return try TrainedNetwork(weights: file, model, classes: try classNames(), try normalization())
    }

    /// By the length of the header that it would begin with.
    private static func isSafetensors(_ file: FilePath) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: file.string) else { return true }
        defer { try? handle.close() }
        let length = (try? handle.read(upToCount: 8)) ?? Data()
        return length.count == 8 && length[4...].allSatisfy { $0 == 0 }
    }

    /// A run says itself what it is.
    private func checked(_ trained: TrainedNetwork) throws -> TrainedNetwork {
        guard model == nil, classes == nil, normalize == nil else {
            throw ValidationError(
                "--model, --classes and --normalize are for weights alone; \(trained.file) has its own beside it"
            )
        }
        return trained
    }

    private func classNames() throws -> [String] {
        guard let classes else {
            throw ValidationError(
                "weights alone know no names: give --classes FILE, with a class's name on each line in the order of "
                    + "the network's outputs")
        }
        let names = try ClassNames.read(classes)
        guard names.count >= 2 else { throw ValidationError("\(classes) names fewer than two classes") }
        return names
    }

    private func normalization() throws -> Normalization {
        guard let normalize else {
            throw ValidationError(
                "weights alone do not say what their network was shown: give --normalize imagenet, or --normalize "
                    + "'{mean: [R, G, B], deviation: [R, G, B]}' on the 0–255 scale")
        }
        let fields = try JobFields.read(
            Array("normalize: \(normalize)".utf8), file: "--normalize", keys: ["normalize"])
        guard case .given(let mean, let deviation)? = try fields?["normalize"]?.normalization() else {
            throw ValidationError(
                "--normalize \(normalize) depends on a training set; give imagenet, or a mean and a deviation"
            )
        }
        return Normalization(mean: SIMD3<Float>(mean), deviation: SIMD3<Float>(deviation))
    }

    private static func isFolder(_ path: FilePath) -> Bool {
        (try? path.stat().type) == .directory
    }

    private static func unknown(_ name: String, _ path: FilePath, _ root: RootFolder) -> String {
        let runs = ((try? FileManager.default.contentsOfDirectory(atPath: root.runs.string)) ?? []).filter {
            isFolder(root.run($0).checkpoints)
        }
        if isFolder(path) {
            return
                "\(path) is neither a run's folder nor a checkpoint's: it holds no checkpoints/ and no model.safetensors"
        }
        guard JobName.isValid(stem: name), !runs.isEmpty else {
            return
                "there is no run and no file \(path); give a run's name (see --root), or a safetensors file"
        }
        return "there is no run \(name) in \(root.runs); nearest: "
            + nearest(to: name, among: runs, atMost: 3).joined(separator: ", ")
    }
}

extension TrainedNetwork.Choice: ExpressibleByArgument {
    public init?(argument: String) {
        switch argument {
        case "best": self = .best
        case "newest": self = .newest
        default:
            guard let step = Int(argument), step >= 0 else { return nil }
            self = .step(step)
        }
    }

    public var defaultValueDescription: String { "best" }
}

extension TrainedNetwork {
    /// "alexnet, 257 classes, step 12000 of caltech"
    var summary: String {
        let origin = step.map { "step \($0)" + (plan.map { " of \($0.name)" } ?? "") } ?? "\(file)"
        return "\(network.name), \(classes.count) classes, \(origin)"
    }
}
