// Tensors from a safetensors file into a network's parameters, by PyTorch's names.

internal import Checkpoints
internal import Compute
internal import Networks

extension SafetensorsFile {
    /// Whether every parameter is there in its shape; tensors of other names are left alone.
    /// - Parameters:
    ///   - prefix: before each name in the file.
    ///   - source: the file, for messages.
    /// - Throws: `TrainingError.checkpoint` naming a tensor that is missing or of another shape.
    func check(holds parameters: [Parameter], prefix: String = "", source: String) throws {
        for parameter in parameters {
            let name = prefix + parameter.name
            guard let shape = shape(of: name) else {
                throw TrainingError(
                    .checkpoint,
                    "\(source) has no tensor \"\(name)\"; it has \(names.prefix(4).joined(separator: ", "))…"
                )
            }
            guard shape == parameter.shape else {
                throw TrainingError.misfit(shape, parameter, named: name, in: source)
            }
        }
    }
}

extension TrainingError {
    static func misfit(_ shape: [Int], _ parameter: Parameter, named name: String, in source: String) -> Self
    {
        Self(
            .checkpoint,
            """
            \(source): tensor "\(name)" is \(shape), this network needs \(parameter.shape): is it another model, width \
            or number of classes?
            """)
    }
}

extension ParameterSet {
    /// Reads every parameter.
    /// - Throws: as `check`; `CheckpointsError`.
    func read(_ file: SafetensorsFile, prefix: String = "", source: String) throws {
        try file.check(holds: parameters, prefix: prefix, source: source)
        for (index, parameter) in parameters.enumerated() {
            try file.read(prefix + parameter.name, into: self[index])
        }
    }
}
