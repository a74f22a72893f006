// --checkpoint: which of a run's checkpoints a command is about.

import ArgumentParser
import Checkpoints
import Jobs
import Training

enum CheckpointChoice: Hashable, ExpressibleByArgument {
    case best, newest
    case step(Int)

    init?(argument: String) {
        switch argument {
        case "best": self = .best
        case "newest": self = .newest
        default:
            guard let step = Int(argument), step >= 0 else { return nil }
            self = .step(step)
        }
    }

    var defaultValueDescription: String { "best" }
}

extension CheckpointStore {
    /// - Throws: `TrainingError.checkpoint` saying which there are; `CheckpointsError`, for a damaged one too.
    func checkpoint(_ choice: CheckpointChoice, of run: RunFolder) throws -> Checkpoint {
        let steps = try steps()
        guard let newest = steps.last else {
            throw TrainingError(.checkpoint, "the run \(run.name) has no checkpoint yet (\(folder))")
        }
        let step: Int
        switch choice {
        case .newest: step = newest
        case .best: step = try bestStep() ?? newest
        case .step(let wanted): step = wanted
        }
        guard let checkpoint = try verified(step) else {
            throw TrainingError(
                .checkpoint,
                "the run \(run.name) has no checkpoint of step \(step); it has "
                    + steps.map(String.init).joined(separator: ", "))
        }
        return checkpoint
    }
}
