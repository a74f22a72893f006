// The weights that a job may begin with.

internal import Checkpoints
package import Jobs
package import Networks
internal import SystemPackage
internal import Weights

extension Job {
    /// What `init` names, whose tensors fit the network; nil where `init` is a scheme.
    /// - Throws: `JobError.data` with the place of `init` where it is missing, damaged or does not fit;
    ///   `CheckpointsError` or `WeightsError` where it cannot be read.
    package func initialWeights(for network: Network) throws -> InitialWeights? {
        guard case .file(let path) = plan.initialization else { return nil }
        do {
            return try InitialWeights(FilePath(path), plan.model, network)
        } catch let error as TrainingError where error.code == .checkpoint {
            throw self.error(.data, key: "init", error.message, cause: error.cause)
        } catch let error as CheckpointsError where error.code != .io || isWrongPath(error.cause) {
            throw wrong(error.message, error.cause)
        } catch let error as WeightsError where error.code != .io || isWrongPath(error.cause) {
            throw wrong(error.message, error.cause)
        }
    }

    private func isWrongPath(_ cause: (any Error)?) -> Bool {
        let causes: [Errno] = [.noSuchFileOrDirectory, .permissionDenied, .isDirectory, .notDirectory]
        return (cause as? Errno).map(causes.contains) == true
    }

    private func wrong(_ message: String, _ cause: (any Error)?) -> JobError {
        error(
            .data, key: "init", "\(message); write the path of a file of weights, or a scheme such as he",
            cause: cause)
    }
}
