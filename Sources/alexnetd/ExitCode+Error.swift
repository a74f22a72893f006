// Which exit code an error becomes; the daemon decides by it whether to try again.

import Checkpoints
import Datasets
import InputPipeline
import Jobs
import Training

extension Jobs.ExitCode {
    init(_ error: any Error) {
        if Run.isStop(error) {
            self = .again
            return
        }
        switch error {
        case let error as JobError:
            self = [.locked, .runFile].contains(error.code) ? .fault : .badInput
        case let error as DatasetsError:
            self = [.invalid, .badData].contains(error.code) ? .badInput : .fault
        case let error as InputPipelineError:
            self = error.code == .changed ? .badInput : .fault
        case let error as CheckpointsError:
            self = [.unsupported, .mismatch].contains(error.code) ? .badInput : .fault
        case is TrainingError: self = .badInput
        default: self = .fault
        }
    }
}
