import SystemPackage

@testable import Checkpoints

extension Safetensors {
    /// A file on its own.
    static func write(_ tensors: [Tensor], metadata: [String: String] = [:], to path: FilePath) throws {
        let file = try HashingFile(creating: path)
        try write(tensors, metadata: metadata, to: file)
        _ = try file.finish()
    }
}
