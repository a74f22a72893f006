// `alexnetd classify RUN IMAGE…`: what a trained network sees in images.

import ArgumentParser
import Foundation
import Images
import InputPipeline
import Jobs
import SystemPackage
import Training

struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "Name what is in images, with a trained network.",
        discussion: """
            JPEG or PNG, whatever their names; turned as their EXIF orientation says. An image that cannot be read is \
            said on stderr, the others go on, and the exit code is 65. For example:

              alexnetd classify caltech cat.jpg photos/
              curl -s https://example.org/cat.jpg | alexnetd classify caltech -
              alexnetd classify alexnet.safetensors --classes imagenet.txt --normalize imagenet cat.jpg
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's name, a run's or a checkpoint's folder, or a safetensors file.", valueName: "run"))
    var name: String
    @Argument(help: ArgumentHelp("Image files, folders of them, or - for stdin.", valueName: "image"))
    var images: [String] = []
    @OptionGroup var root: RootOptions
    @Option(
        name: [.customShort("k"), .customLong("top")],
        help: ArgumentHelp("Classes named for each.", valueName: "n"))
    var count = 5
    @OptionGroup var prediction: PredictionOptions
    @OptionGroup var network: NetworkOptions

    /// Shown to the network at once.
    private static let batch = 32

    func validate() throws {
        guard !images.isEmpty else { throw ValidationError("name an image, a folder, or - for stdin") }
        guard count >= 1 else { throw ValidationError("-k is 1 or more") }
        guard images.count(where: { $0 == "-" }) <= 1 else { throw ValidationError("stdin can be read once") }
    }

    func run() throws {
        try Executable.becomeReadyForBLAS()
        do {
            let trained = try network.network(name, root.folder)
            var report = ClassificationReport(trained.classes, count: count, isJSON: prediction.json)
            let sources = ImageSource.all(images) { name, reason in report.refuse(name, reason) }
            try classify(sources, trained, &report)
            try report.end()
            if report.hasRefused { throw ArgumentParser.ExitCode(Jobs.ExitCode.badInput.rawValue) }
        } catch {
            throw ArgumentParser.ExitCode.orOwn(error)
        }
    }

    private func classify(
        _ sources: [ImageSource], _ trained: TrainedNetwork, _ report: inout ClassificationReport
    ) throws {
        guard !sources.isEmpty else { return }
        let classifier = try TrainedNetwork.Classifier(
            trained, views: prediction.views ?? trained.usualViews, capacity: min(Self.batch, sources.count),
            try prediction.device.choice(root.folder))
        let decoder = SquareDecoder(trained.fit, isUpright: true)
        var names: [String] = []
        for (index, source) in sources.enumerated() {
            do {
                let square = classifier.square(names.count)
                let bytes = try source.read()
                try bytes.withUnsafeBytes { try decoder.decode($0, into: square) }
                names.append(source.name)
            } catch {
                report.refuse(source.name, "\(error)")
            }
            guard names.count == classifier.capacity || index == sources.count - 1 else { continue }
            if !names.isEmpty { try report.add(names, try classifier.classify(names.count)) }
            names.removeAll()
        }
    }
}
