// The weights file that a job may begin with.

package import Checkpoints
internal import Compute
package import Jobs
package import Networks
internal import SystemPackage

extension Job {
    /// The file that `init` names, whose tensors fit the network; nil where `init` is a scheme.
    /// - Throws: `JobError.data` with the place of `init` where the file is missing, damaged or does not fit;
    ///   `CheckpointsError` where it cannot be read.
    package func initialWeights(for network: Network) throws -> SafetensorsFile? {
        guard case .file(let path) = plan.initialization else { return nil }
        do {
            let file = try SafetensorsFile(FilePath(path))
            try file.check(holds: network.parameters, source: path)
            return file
        } catch let error as TrainingError where error.code == .checkpoint {
            throw self.error(.data, key: "init", error.message, cause: error.cause)
        } catch let error as CheckpointsError {
            let causes: [Errno] = [.noSuchFileOrDirectory, .permissionDenied, .isDirectory, .notDirectory]
            guard error.code != .io || (error.cause as? Errno).map(causes.contains) == true else {
                throw error
            }
            throw self.error(
                .data, key: "init",
                "\(error.message); write the path of a safetensors file, or a scheme such as he",
                cause: error.cause)
        }
    }
}
