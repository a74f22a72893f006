// What is exported comes back to the bit, by our own readers and, where it is installed, through PyTorch.

import Checkpoints
import Foundation
import Networks
import SystemPackage
import TemporaryFolders
import Testing

@testable import Weights

@Suite struct WeightsExportTests {
    let folder = try! TemporaryFolder()

    /// A golden file's weights as a checkpoint's file, and their network.
    private func imported(_ name: String, _ model: Model) throws -> (network: Network, file: SafetensorsFile)
    {
        let weights = try NetworkWeights(try Golden.file(name), model)
        let parameters = weights.network.parameters
        let values = try parameters.indices.map { try weights.floats($0) }
        let store = CheckpointStore(folder: folder.path.appending("store"), keep: nil)
        _ = try store.publish(step: 0, isBest: false) { writer in
            let buffers = values.map { values in
                let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.count)
                _ = buffer.initialize(fromContentsOf: values)
                return UnsafeBufferPointer(buffer)
            }
            defer { buffers.forEach { $0.deallocate() } }
            try writer.write(
                "model.safetensors", zip(parameters, buffers).map { Tensor($0.name, $0.shape, $1) })
        }
        let path = folder.path.appending("store/step-00000000/model.safetensors")
        return (weights.network, try SafetensorsFile(path))
    }

    private func expectSame(_ path: FilePath, _ network: Network, _ source: SafetensorsFile, _ model: Model)
        throws
    {
        let weights = try NetworkWeights(try TensorFile(path), model)
        #expect(weights.network.parameters == network.parameters)
        for (index, parameter) in network.parameters.enumerated() {
            var expected = [Float](repeating: 0, count: parameter.count)
            try expected.withUnsafeMutableBufferPointer { try source.read(parameter.name, into: $0) }
            #expect(try weights.floats(index) == expected, "\(parameter.name)")
        }
    }

    @Test(
        arguments: WeightsExport.Format.allCases,
        [("torchvision-zip.pth", Model.torchvision), ("alexnet-v2.caffemodel", .alexnet)])
    func comesBack(_ format: WeightsExport.Format, _ origin: (String, Model)) throws {
        let (network, source) = try imported(origin.0, origin.1)
        let path = folder.path.appending("out.\(format.rawValue)")
        let export = try WeightsExport(network, from: source)
        try export.write(format, to: path)
        try expectSame(path, network, source, origin.1)
        let other = folder.path.appending("more").appending("out.\(format.rawValue)")
        try FileManager.default.createDirectory(
            atPath: other.removingLastComponent().string, withIntermediateDirectories: true)
        try export.write(format, to: other)
        #expect(FileManager.default.contentsEqual(atPath: path.string, andPath: other.string))
    }

    @Test func storagesBeginAtMultiplesOf64() throws {
        let (network, source) = try imported("torchvision-zip.pth", .torchvision)
        let path = folder.path.appending("out.pth")
        try WeightsExport(network, from: source).write(.pth, to: path)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.string)))
        for (index, parameter) in network.parameters.enumerated() {
            // The name stands in front of the bytes, then the padding's length.
            let name = try #require(bytes.firstRange(of: Array("out/data/\(index)".utf8)))
            let gap = Int(bytes[name.upperBound + 2]) + Int(bytes[name.upperBound + 3]) << 8
            let start = name.upperBound + 4 + gap
            #expect(start % 64 == 0)
            let first = withUnsafeBytes(of: Golden.value(index, 0)) { Array($0) }
            #expect(Array(bytes[start..<start + 4]) == first, "\(parameter.name)")
        }
    }

    /// As if everything were larger than 4 GiB.
    private func writeLong(_ path: FilePath, _ network: Network, _ source: SafetensorsFile) throws {
        let file = try OutputFile(path, replacing: false)
        try WeightsExport(network, from: source).writeTorch(file, top: "long", limit: 0)
        try file.finish()
    }

    @Test func zip64ComesBack() throws {
        let (network, source) = try imported("torchvision-zip.pth", .torchvision)
        let path = folder.path.appending("long.pth")
        try writeLong(path, network, source)
        try expectSame(path, network, source, .torchvision)
    }

    @Test func replacesOnlyWhenTold() throws {
        let (network, source) = try imported("torchvision-zip.pth", .torchvision)
        let path = try folder.write("precious".utf8, to: "out/precious.pth")
        let export = try WeightsExport(network, from: source)
        #expect(message { try export.write(.pth, to: path) }.contains("--force"))
        #expect(try String(contentsOfFile: path.string, encoding: .utf8) == "precious")
        try export.write(.pth, to: path, replacing: true)
        try expectSame(path, network, source, .torchvision)
        #expect(try folder.names("out") == ["precious.pth"])
    }

    @Test func leavesNothingWhereItFails() throws {
        let (network, source) = try imported("torchvision-zip.pth", .torchvision)
        let taken = folder.path.appending("out").appending("folder.pth")
        try FileManager.default.createDirectory(atPath: taken.string, withIntermediateDirectories: true)
        let text = message {
            try WeightsExport(network, from: source).write(.pth, to: taken, replacing: true)
        }
        #expect(text.contains("folder.pth failed"), "\(text)")
        #expect(try folder.names("out") == ["folder.pth"])
        let nowhere = folder.path.appending("nowhere/out.pth")
        #expect(
            message { try WeightsExport(network, from: source).write(.pth, to: nowhere) }.contains("nowhere"))
    }

    @Test func anotherNetworksWeightsAreRefused() throws {
        let (_, source) = try imported("torchvision-zip.pth", .torchvision)
        let text = message { _ = try WeightsExport(AlexNet.network(.torchvision, classes: 5), from: source) }
        #expect(
            text.contains("\"features.0.weight\" is [2, 3, 11, 11], and torchvision needs [64, 3, 11, 11]"),
            "\(text)")
    }

    // MARK: - PyTorch

    @Test(.enabled(if: Python.hasTorch, "Python has no torch"))
    func throughPyTorchAndBack() throws {
        let (network, source) = try imported("torchvision-zip.pth", .torchvision)
        let (ours, long) = (folder.path.appending("ours.pth"), folder.path.appending("long.pth"))
        try WeightsExport(network, from: source).write(.pth, to: ours)
        try writeLong(long, network, source)
        let script = """
            import sys, torch, zipfile
            for path in sys.argv[1:3]:
                assert zipfile.ZipFile(path).testzip() is None
                state = torch.load(path, weights_only=True)
                mapped = torch.load(path, weights_only=True, mmap=True)
                assert list(state) == list(mapped) and all(torch.equal(state[k], mapped[k]) for k in state)
                assert not any(t.requires_grad for t in state.values())
                torch.save(state, path + '.new')
                torch.save(state, path + '.old', _use_new_zipfile_serialization=False)
            """
        try #require(Python.run(script, ours.string, long.string))
        for path in [ours, long] {
            for age in ["new", "old"] {
                try expectSame(FilePath("\(path).\(age)"), network, source, .torchvision)
            }
        }
    }
}
