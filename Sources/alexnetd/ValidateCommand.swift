// `alexnetd validate SPEC`: what a job will do, without doing it.

import ArgumentParser
import Datasets
import Foundation
import Jobs
import Networks
import SystemPackage
import Training

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a job file and its data set, and print the whole plan.")

    @Argument(help: "A job file.")
    var spec: String

    func run() throws {
        do {
            let job = try Job(FilePath(spec), relativeTo: .current)
            let dataset = try job.dataset()
            let network = job.plan.network(for: dataset)
            _ = try job.initialWeights(for: network)
            print(Self.describe(job, dataset, network))
        } catch {
            throw ArgumentParser.ExitCode.ending(error)
        }
    }

    static func describe(_ job: Job, _ dataset: Dataset, _ network: Network) -> String {
        let plan = job.plan
        let steps = plan.stepsPerEpoch(images: dataset.train.count)
        let memory = plan.memoryNeeded(network, dataset)
        let input = network.input
        let lines =
            [("name", plan.name)] + job.lines + [
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
                        Double(network.forwardFLOPs) * 1e-9,
                        Double(network.trainingFLOPs) * 1e-9)
                ),
                ("steps", "\(steps) per epoch, \(steps * plan.epochs) in all"),
            ]
        let width = lines.map(\.0.count).max() ?? 0
        return
            (lines.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }
            + dataset.notices)
            .joined(separator: "\n")
    }
}
