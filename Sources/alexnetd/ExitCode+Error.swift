// Which exit code an error becomes; the daemon decides by it whether to try again.

import ArgumentParser
import Checkpoints
import Datasets
import Foundation
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
            self = error.isTransient || [.locked, .runFile].contains(error.code) ? .fault : .badInput
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

extension ArgumentParser.ExitCode {
    /// Says what is wrong on stderr.
    static func ending(_ error: any Error) -> Self {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        return Self(Jobs.ExitCode(error).rawValue)
    }
}
