// `alexnetd import FILE --as NAME`: weights from elsewhere become a run.

import ArgumentParser
import Compute
import Datasets
import Foundation
import Jobs
import Networks
import SystemPackage
import Weights

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a run of weights from PyTorch, Caffe or safetensors.",
        discussion: """
            FILE is a state_dict or a checkpoint that torch.save wrote, of any age; a .caffemodel; or safetensors. What \
            it is shows in its bytes, and nothing in it is ever executed. Tensors are found by torchvision's, Caffe's or \
            this program's names, else by order and shape. For example:

              alexnetd import alexnet-owt-7be5be79.pth --as owt --classes imagenet.txt
              alexnetd import bvlc_alexnet.caffemodel --as bvlc --classes synset_words.txt
            """)

    @Argument(help: ArgumentHelp("The file of weights.", valueName: "file"))
    var file: String
    @Option(name: .customLong("as"), help: ArgumentHelp("The run's name.", valueName: "name"))
    var name: String
    @Option(help: "alexnet, alexnet-single, alexnet-bn or torchvision (default: whichever the tensors fit).")
    var model: Model?
    @Option(
        help: ArgumentHelp(
            """
            A text file with a class's name on each line, in the order of the outputs (default: the classes of \
            --dataset, else numbers).
            """, valueName: "file"))
    var classes: String?
    @Option(help: ArgumentHelp("The data set that the network was trained on.", valueName: "dir"))
    var dataset: String?
    @Option(
        help: ArgumentHelp(
            """
            What the network wants of pixels: torchvision (ImageNet's mean and deviation), caffe (its mean alone), \
            unit (0 to 1) or signed (-1 to 1) (default: caffe for a .caffemodel, else torchvision).
            """, valueName: "how"))
    var preprocess: Preprocessing?
    @OptionGroup var root: RootOptions

    func validate() throws {
        guard JobName.isValid(stem: name) else {
            throw ValidationError(
                "--as \(name) is no run's name; use letters, digits, '.', '_' and '-', and begin with a letter or digit"
            )
        }
    }

    func run() throws {
        do {
            let path = FilePath.current.pushing(FilePath(file)).lexicallyNormalized()
            let tensors = try TensorFile(path)
            let (model, weights) = try weights(tensors, path)
            let preprocessing = preprocess ?? Preprocessing(usualFor: tensors.format)
            let dataset = try dataset(of: weights.network, path)
            let run = ImportedRun(
                name: name, model: model, weights: weights, file: path, dataset: dataset,
                normalization: preprocessing.normalization)
            try run.write(to: root.folder)
            (weights.notes + dataset.notices).forEach { Output.note("note: \($0)") }
            let lines = [
                "\(name): \(model.rawValue), \(weights.network.classes) classes, "
                    + "\(weights.network.parameterCount.formatted()) parameters, from \(path) "
                    + "(\(tensors.format.rawValue))",
                "its input: \(preprocessing.text), as \(preprocessing.rawValue)"
                    + (preprocess == nil ? "; --preprocess says otherwise" : ""),
                "\(root.folder.run(name).path)",
            ]
            for line in lines { try Output.write(line.printable + "\n") }
        } catch {
            throw ArgumentParser.ExitCode.orOwn(error)
        }
    }

    private func weights(_ tensors: TensorFile, _ path: FilePath) throws -> (Model, NetworkWeights) {
        let model = model ?? Model.allCases.first { NetworkWeights.fits(tensors, $0) }
        do {
            return (model ?? .torchvision, try NetworkWeights(tensors, model ?? .torchvision))
        } catch let error as WeightsError {
            let advice = model == nil ? "; give --model to see what another lacks" : ""
            throw WeightsError(error.code, "\(path): \(error.message)\(advice)", cause: error.cause)
        }
    }

    /// The data set that is named, or one that has the classes and no images.
    private func dataset(of network: Network, _ path: FilePath) throws -> Dataset {
        let folder = try dataset.map {
            try Dataset.open(FilePath.current.pushing(FilePath($0)).lexicallyNormalized())
        }
        let names =
            try classes.map(ClassNames.read) ?? folder?.classes ?? (0..<network.classes).map(String.init)
        guard names.count == network.classes else {
            throw ValidationError(
                "\(classes ?? dataset ?? "") names \(names.count) classes, and the network tells \(network.classes) apart"
            )
        }
        guard Set(names).count == names.count else {
            throw ValidationError("\(classes ?? "") names a class twice; each needs a name of its own")
        }
        if let folder, folder.classes == names { return folder }
        if classes == nil {
            Output.note("note: no names are known for the classes, so they are numbers; see --classes")
        }
        return Dataset(
            name: name, root: folder?.root ?? path, classes: names, train: [], validation: [])
    }
}
