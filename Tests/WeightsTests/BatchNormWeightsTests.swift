// The weights of alexnet-bn in and out, with the running statistics that belong to them.

import Checkpoints
import Networks
import SystemPackage
import TemporaryFolders
import Testing

@testable import Weights

@Suite struct BatchNormWeightsTests {
    private let folder = try! TemporaryFolder()
    private let network = AlexNet.network(.alexnetBN, classes: 5, width: 48.0 / 4096)

    /// Every parameter under a name, with values that tell them apart.
    private func file(_ name: String, naming: (Int, Parameter) -> String = { $1.name }) throws -> FilePath {
        let store = CheckpointStore(folder: folder.path.appending(name), keep: nil)
        let buffers = network.parameters.enumerated().map { index, parameter in
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: parameter.count)
            _ = buffer.initialize(fromContentsOf: Golden.values(index, parameter.count))
            return UnsafeBufferPointer(buffer)
        }
        defer { buffers.forEach { $0.deallocate() } }
        _ = try store.publish(step: 0, isBest: false) { writer in
            try writer.write(
                "model.safetensors",
                network.parameters.enumerated().map { Tensor(naming($0, $1), $1.shape, buffers[$0]) })
        }
        return folder.path.appending("\(name)/step-00000000/model.safetensors")
    }

    private func expectWhole(_ path: FilePath, notes: Int = 0) throws {
        let weights = try NetworkWeights(try TensorFile(path), .alexnetBN)
        #expect(weights.network.parameters == network.parameters)
        #expect(weights.notes.count == notes)
        for (index, parameter) in network.parameters.enumerated() {
            #expect(
                try weights.floats(index) == Golden.values(index, parameter.count), "\(parameter.name)")
        }
    }

    @Test func comesBack() throws {
        let source = try file("source")
        try expectWhole(source)
        let export = try WeightsExport(network, from: try SafetensorsFile(source))
        let path = folder.path.appending("out.pth")
        try export.write(.pth, to: path)
        try expectWhole(path)
    }

    @Test func caffeHasNoSuchLayer() throws {
        let export = try WeightsExport(network, from: try SafetensorsFile(try file("source")))
        let path = folder.path.appending("out.caffemodel")
        let text = message { try export.write(.caffemodel, to: path) }
        #expect(
            text.contains("norm1 is a batch normalisation") && text.contains("safetensors or pth"), "\(text)")
        #expect(try folder.names().contains("out.caffemodel") == false)
    }

    /// Without them the numbers would be others, and nobody would know.
    @Test func statisticsAreNotLeftBehind() throws {
        let file = try TensorFile(try file("source"))
        #expect(Model.allCases.filter { NetworkWeights.fits(file, $0) } == [.alexnetBN])
        let text = message { _ = try NetworkWeights(file, .alexnetSingle) }
        #expect(text.contains("\"norm1.running_mean\"") && text.contains("--model alexnet-bn"), "\(text)")
    }

    /// As nn.Sequential numbers its modules; by order, if the last parts of the names agree.
    @Test func takesOtherNamesInOrder() throws {
        func named(_ parameter: Parameter) -> String {
            "features.\(parameter.layer).\(parameter.role.rawValue)"
        }
        try expectWhole(try file("numbered") { named($1) }, notes: 1)
        let swapped = try file("swapped") { index, parameter in
            switch parameter.role {
            case .runningMean: named(network.parameters[index + 1])
            case .runningVariance: named(network.parameters[index - 1])
            default: named(parameter)
            }
        }
        #expect(message { try expectWhole(swapped) }.contains("has no tensor"))
    }

    /// PyTorch takes what we write without a word, and writes num_batches_tracked beside it.
    @Test(.enabled(if: Python.hasTorch, "Python has no torch"))
    func throughPyTorchAndBack() throws {
        let path = folder.path.appending("ours.pth")
        try WeightsExport(network, from: try SafetensorsFile(try file("source"))).write(.pth, to: path)
        let script = """
            import sys, torch
            state = torch.load(sys.argv[1], weights_only=True)
            net = torch.nn.Module()
            for name in dict.fromkeys(key.rsplit('.', 1)[0] for key in state):
                shape = state[name + '.weight'].shape
                module = (torch.nn.BatchNorm2d(*shape) if len(shape) == 1 else torch.nn.Linear(shape[1], shape[0])
                          if len(shape) == 2 else torch.nn.Conv2d(shape[1], shape[0], shape[2:]))
                net.add_module(name, module)
            net.load_state_dict(state, strict=True)
            assert 'norm1.num_batches_tracked' in net.state_dict()
            torch.save(net.state_dict(), sys.argv[1] + '.new')
            """
        try #require(Python.run(script, path.string))
        try expectWhole(FilePath("\(path).new"))
    }
}
