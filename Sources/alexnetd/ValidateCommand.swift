// `alexnetd validate FILE…`: what a job will do, without doing it. Of several files a line each says whether they are right.

import ArgumentParser
import Daemon
import Datasets
import Foundation
import Jobs
import Networks
import SystemPackage
import Training

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check job files and their data sets, and print a job's whole plan.",
        discussion: """
            A data set's folder is a job as it is for `train`, and a file with the daemon's settings is checked as such. \
            Of several files, each gets a line. A data set that is not here is no error: the job may be for another \
            machine.
            """)

    @Argument(help: ArgumentHelp("A job file or a data set's folder.", valueName: "file"))
    var specs: [String]
    @OptionGroup var options: JobOptions

    func run() throws {
        var failure: ArgumentParser.ExitCode?
        for spec in specs {
            do {
                let finding = try check(spec)
                try Output.write(
                    specs.count == 1 ? finding.whole : "\(spec): \(finding.brief)".printable + "\n")
            } catch let code as ArgumentParser.ExitCode {
                throw code
            } catch {
                let code = ArgumentParser.ExitCode.ending(error)
                failure = failure ?? code
            }
        }
        if let failure { throw failure }
    }

    /// What there is to say of a file that is right.
    private struct Finding {
        /// On one line.
        let brief: String
        let whole: String
    }

    private func check(_ spec: String) throws -> Finding {
        if let settings = try daemonSettings(spec) { return settings }
        let job = try options.read(spec, Job.Place({ .here() }))
        let plan = [("name", job.plan.name)] + job.lines
        guard !isAbsent(FilePath(job.plan.dataset)) else {
            let notice = "the data set is not here: \(job.plan.dataset)"
            return Finding(brief: "a valid job; \(notice)", whole: table(plan) + "note: \(notice)\n")
        }
        let dataset = try job.dataset()
        let network = job.plan.network(classes: dataset.classes.count)
        let weights = try job.initialWeights(for: network)
        let memory = job.plan.memoryNotice(network, dataset)
        let notices = dataset.notices + (weights?.notes ?? []) + [memory].compactMap(\.self)
        let size = "\(dataset.train.count) training images of \(dataset.classes.count) classes"
        return Finding(
            brief: (["a valid job with \(size)"] + notices).joined(separator: "; "),
            whole: table(plan + consequences(job.plan, dataset, network))
                + notices.map { "\($0)\n" }.joined())
    }

    /// Nil where the file is not meant for the daemon.
    private func daemonSettings(_ spec: String) throws -> Finding? {
        let path = FilePath(spec)
        guard !JobOptions.isFolder(spec),
            Settings.areMeant(by: try JobFields.keys(try JobFile.read(path), file: spec))
        else { return nil }
        let settings = try Settings.read(flags: [:], environment: [:], file: path)
        let brief = "valid settings of the daemon; `alexnetd serve --check` says whether it could work so"
        return Finding(brief: brief, whole: "\(settings.table)\n\(brief)\n")
    }

    /// Nothing at all has this name; a folder that cannot be looked at is another matter.
    private func isAbsent(_ path: FilePath) -> Bool {
        do {
            _ = try path.stat()
            return false
        } catch {
            return error == .noSuchFileOrDirectory
        }
    }

    /// What follows from a plan with its data.
    private func consequences(
        _ plan: Plan, _ dataset: Dataset, _ network: Network
    ) -> [(key: String, value: String)] {
        let steps = plan.stepsPerEpoch(images: dataset.train.count)
        let memory = plan.memoryNeeded(network, dataset)
        let input = network.input
        return [
            (
                "data",
                "\(dataset.train.count) training and \(dataset.validation.count) validation images, "
                    + "\(dataset.classes.count) classes"
            ),
            ("input", "\(input.height) × \(input.width) × \(input.channels)"),
            ("parameters", network.parameterCount.formatted()),
            (
                "memory",
                String(
                    format: "%.1f GiB for the engine and its checkpoints, %.1f GiB for decoded images",
                    Double(memory.engine) / 0x1p30, Double(memory.images) / 0x1p30)
            ),
            (
                "arithmetic",
                String(
                    format: "%.2f GFLOP per image forward, %.2f per training step",
                    Double(network.forwardFLOPs) * 1e-9, Double(network.trainingFLOPs) * 1e-9)
            ),
            ("steps", "\(steps) per epoch, \(steps * plan.epochs) in all"),
        ]
    }

    private func table(_ lines: [(key: String, value: String)]) -> String {
        let width = lines.map(\.key.count).max() ?? 0
        return lines.map {
            $0.key.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.value + "\n"
        }
        .joined()
    }
}
