// One checkpoint on disk whose bytes are known to be those that were written.

package import Foundation
package import SystemPackage

package struct Checkpoint: Sendable {
    package static let modelFile = "model.safetensors"
    package static let optimizerFile = "optimizer.safetensors"
    /// Of those whose network is shown pixels less the training set's mean of each.
    package static let meanFile = "mean.safetensors"
    package static let stateFile = "state.json"
    package static let planFile = "plan.json"

    package let folder: FilePath
    package let manifest: Manifest

    /// Training steps done.
    package var step: Int { manifest.step }

    /// Opens a checkpoint and reads every byte of it once.
    /// - Throws: `.damaged` with the file and what is wrong; `.unsupported`; `.io`.
    init(verifying folder: FilePath, step: Int) throws {
        self.folder = folder
        manifest = try Manifest.read(in: folder, step: step)
        try manifest.verify(in: folder)
    }

    /// A small file's bytes.
    package func data(_ name: String) throws -> Data {
        try Data(contentsOf: try path(name), limit: 64 << 20)
    }

    /// A safetensors file, opened.
    package func tensors(_ name: String) throws -> SafetensorsFile {
        try SafetensorsFile(try path(name))
    }

    private func path(_ name: String) throws -> FilePath {
        guard manifest.files.contains(where: { $0.name == name }) else {
            throw CheckpointsError(.mismatch, "the checkpoint \(folder) has no \(name)")
        }
        return folder.appending(name)
    }
}
