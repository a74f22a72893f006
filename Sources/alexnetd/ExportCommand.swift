// `alexnetd export RUN --output FILE`: a run's weights in a form that other programs read.

import ArgumentParser
import Checkpoints
import Compute
import Foundation
import Jobs
import Networks
import SystemPackage
import Training
import Weights

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a run's weights for PyTorch, Caffe or safetensors.",
        discussion: """
            A .pth is a state_dict that torch.load reads with weights_only=True; with model: torchvision it is \
            torchvision's. A .caffemodel holds the whole network, its filters turned to blue first; the LRN layers of a \
            prototxt for it need k: 2. For example:

              alexnetd export caltech --output caltech.pth
            """)

    @Argument(help: ArgumentHelp("A run's name, or its folder.", valueName: "run"))
    var name: String
    @Option(
        name: [.customShort("o"), .customLong("output")], help: ArgumentHelp("The file.", valueName: "file"))
    var output: String
    @Option(help: "safetensors, pth or caffemodel (default: by the ending of the file).")
    var format: WeightsExport.Format?
    @Option(
        help: ArgumentHelp(
            "best, newest, or a step; the newest is best where none is marked.", valueName: "which"))
    var checkpoint: TrainedNetwork.Choice = .best
    @Flag(help: "Replace the file if it is there.")
    var force = false
    @OptionGroup var root: RootOptions

    func run() throws {
        do {
            let path = FilePath.current.pushing(FilePath(output)).lexicallyNormalized()
            let format = try chosenFormat(path)
            let run = try runFolder()
            let trained = try TrainedNetwork(run, checkpoint)
            try WeightsExport(trained.network, from: try SafetensorsFile(trained.file))
                .write(format, to: path, replacing: force)
            let step = trained.step.map { "step \($0) of " } ?? ""
            let line =
                "\(path): \(trained.network.name), \(trained.classes.count) classes, \(step)\(run.name)"
            try Output.write(line.printable + "\n" + Self.pixels(trained.normalization) + "\n")
        } catch {
            throw ArgumentParser.ExitCode.orOwn(error)
        }
    }

    /// What whoever uses the weights elsewhere has to know.
    private static func pixels(_ normalization: Normalization) -> String {
        func list(_ channels: SIMD3<Float>) -> String {
            "[" + (0..<3).map { String(format: "%.3f", channels[$0]) }.joined(separator: ", ") + "]"
        }
        let mean =
            normalization.meanImage == nil
            ? "mean \(list(normalization.mean))" : "mean image in mean.safetensors beside the checkpoint"
        return "the network sees (pixel − mean) ÷ deviation, on the 0–255 scale: \(mean), deviation "
            + list(normalization.deviation)
    }

    private func chosenFormat(_ path: FilePath) throws -> WeightsExport.Format {
        if let format { return format }
        let ending = path.extension ?? ""
        guard let format = ending == "pt" ? .pth : WeightsExport.Format(rawValue: ending) else {
            throw ValidationError(
                "the ending of \(output) says no format; give --format safetensors, pth or caffemodel")
        }
        return format
    }

    private func runFolder() throws -> RunFolder {
        let named = root.folder.run(name)
        let folder = RunFolder(FilePath.current.pushing(FilePath(name)).lexicallyNormalized())
        let candidates = (JobName.isValid(stem: name) ? [named] : []) + [folder]
        guard
            let run = candidates.first(where: {
                FileManager.default.fileExists(atPath: $0.checkpoints.string)
            })
        else {
            throw ValidationError(
                "there is no run \(name) with checkpoints in \(root.folder.runs); see --root")
        }
        return run
    }

}

extension WeightsExport.Format: ExpressibleByArgument {}
