// Handed to the caller of `CheckpointStore.publish`: fills the checkpoint's folder, file by file.

package import Foundation
internal import SystemPackage

package final class CheckpointWriter {
    private let folder: FilePath
    private(set) var files: [Manifest.File] = []

    init(folder: FilePath) { self.folder = folder }

    /// Writes a small file, for example "state.json".
    package func write(_ name: String, _ data: Data) throws {
        try add(name) { file in try data.withUnsafeBytes { try file.write($0) } }
    }

    /// Writes tensors as a safetensors file, for example "model.safetensors".
    package func write(_ name: String, _ tensors: [Tensor], metadata: [String: String] = [:]) throws {
        try add(name) { file in try Safetensors.write(tensors, metadata: metadata, to: file) }
    }

    private func add(_ name: String, _ body: (HashingFile) throws -> Void) throws {
        precondition(FilePath.Component(name)?.kind == .regular, "“\(name)” is no plain file name")
        precondition(!files.contains { $0.name == name }, "\(name) is written twice")
        let file = try HashingFile(creating: folder.appending(name))
        try body(file)
        files.append(try file.finish())
    }
}
