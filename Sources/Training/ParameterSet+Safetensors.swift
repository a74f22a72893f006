// Tensors from a safetensors file into a network's parameters, by PyTorch's names.

internal import Checkpoints
internal import Compute

extension ParameterSet {
    /// Reads every parameter; tensors of other names are left alone.
    /// - Parameters:
    ///   - prefix: before each name in the file.
    ///   - source: the file, for messages.
    /// - Throws: `TrainingError.checkpoint` naming a tensor that is missing or of another shape; `CheckpointsError`.
    func read(_ file: SafetensorsFile, prefix: String = "", source: String) throws {
        for (index, parameter) in parameters.enumerated() {
            let name = prefix + parameter.name
            guard let shape = file.shape(of: name) else {
                throw TrainingError(
                    .checkpoint,
                    "\(source) has no tensor \"\(name)\"; it has \(file.names.prefix(4).joined(separator: ", "))…"
                )
            }
            guard shape == parameter.shape else {
                throw TrainingError(
                    .checkpoint,
                    """
                    \(source): tensor "\(name)" is \(shape), this network needs \(parameter.shape): is it another \
                    model, width or number of classes?
                    """)
            }
            try file.read(name, into: self[index])
        }
    }
}
