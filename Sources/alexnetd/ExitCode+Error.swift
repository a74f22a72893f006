// Which exit code an error becomes; the daemon decides by it whether to try again.

import ArgumentParser
import Checkpoints
import ComputeCPU
import ComputeCUDA
import Daemon
import Datasets
import InputPipeline
import Jobs
import Preparation
import Spool
import Training
import Weights

extension Jobs.ExitCode {
    init(_ error: any Error) {
        if Run.isStop(error) {
            self = .again
            return
        }
        switch error {
        case let error as JobError:
            let isFault = error.isTransient && !error.isMissing || [.locked, .runFile].contains(error.code)
            self = isFault ? .fault : .badInput
        case let error as DatasetsError:
            self = [.invalid, .badData].contains(error.code) ? .badInput : .fault
        case let error as InputPipelineError:
            self = error.code == .changed ? .badInput : .fault
        case let error as CheckpointsError:
            self = [.unsupported, .mismatch].contains(error.code) ? .badInput : .fault
        case let error as PreparationError:
            self = [.invalid: .badInput, .taken: .badInput, .stopped: .again][error.code] ?? .fault
        case let error as CPUError: self = error.code == .resources ? .fault : .badInput
        case let error as CUDAError: self = error.code == .refused ? .badInput : .fault
        case let error as DaemonError where error.code == .settings: self = .configuration
        case is TrainingError: self = .badInput
        case let error as WeightsError: self = error.code == .io ? .fault : .badInput
        case let error as SpoolError: self = [.refused, .taken].contains(error.code) ? .badInput : .fault
        default: self = .fault
        }
    }
}

extension ArgumentParser.ExitCode {
    /// Says what is wrong on stderr.
    static func ending(_ error: any Error) -> Self {
        "\(error)".split(separator: "\n").map(String.init).forEach(Output.note)
        return Self(Jobs.ExitCode(error).rawValue)
    }

    /// As `ending`, but for what ArgumentParser itself says and ends with.
    static func orOwn(_ error: any Error) -> any Error {
        error is ValidationError || error is Self ? error : ending(error)
    }
}
