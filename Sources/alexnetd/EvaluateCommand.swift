// `alexnetd evaluate RUN`: what a trained network makes of a labelled set of images.

import ArgumentParser
import Datasets
import Foundation
import InputPipeline
import Jobs
import SystemPackage
import Training

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measure a trained network on a labelled set of images.",
        discussion: """
            Errors over all images, class by class, and the classes most often taken for one another. Nothing is \
            changed; the run may be under way. For example, on the test images of the data set it was trained on:

              alexnetd evaluate caltech --split test --views 10
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's name, a run's or a checkpoint's folder, or a safetensors file.", valueName: "run"))
    var name: String
    @OptionGroup var root: RootOptions
    @Option(
        help: ArgumentHelp(
            "A data set, or class folders alone (default: the run's own data set).", valueName: "dir"))
    var data: String?
    @Option(help: "train, validation or test.")
    var split: Dataset.Split = .validation
    @OptionGroup var prediction: PredictionOptions
    @OptionGroup var network: NetworkOptions

    func run() throws {
        try Executable.becomeReadyForBLAS()
        do {
            let trained = try network.network(name, root.folder)
            let dataset = try Dataset.open(try folder(trained), toEvaluate: split)
            dataset.notices.forEach(Output.note)
            let views = prediction.views ?? trained.usualViews
            let bar = ProgressLine()
            let evaluation = try trained.evaluate(
                dataset, split, views: views, try prediction.device.choice(root.folder),
                cache: root.folder.cache, note: Output.note, progress: bar.show)
            bar.clear()
            let report = EvaluationReport(evaluation, trained, "\(dataset.root)", split, views)
            var printout = Printout()
            try printout.write(prediction.json ? try report.json() : report.text)
            try printout.flush()
        } catch {
            throw ArgumentParser.ExitCode.orOwn(error)
        }
    }

    private func folder(_ trained: TrainedNetwork) throws -> FilePath {
        if let data { return FilePath.current.pushing(FilePath(data)).lexicallyNormalized() }
        guard let plan = trained.plan else {
            throw ValidationError("weights alone have no data set: give one with --data DIR")
        }
        return FilePath(plan.dataset)
    }
}

extension Dataset.Split: ExpressibleByArgument {}
