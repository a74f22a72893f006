// What PyTorch wrote, of every element type and every kind of view, in each of its forms.

import SystemPackage
import TemporaryFolders
import Testing

@testable import Weights

@Suite struct TensorFileTests {
    @Test(arguments: ["kinds-zip.pth", "kinds-stream.pth", "kinds-protocol4.pth"])
    func readsEveryKindOfTensor(_ name: String) throws {
        let file = try Golden.file(name)
        #expect(file.format == (name == "kinds-stream.pth" ? .torchStream : .torchZip))
        #expect(
            file.tensors.map(\.name) == [
                "float32", "float64", "float16", "bfloat16", "int64", "scalar", "empty", "parameter", "whole",
                "transposed", "columns", "row",
            ])
        for (t, name) in ["float32", "float64", "float16", "bfloat16"].enumerated() {
            let tensor = try #require(file[name])
            #expect(tensor.shape == [2, 3] && tensor.isFloat)
            #expect(try tensor.floats() == Golden.values(t, 6), "\(name)")
        }
        #expect(try file["scalar"]?.floats() == Golden.values(4, 1))
        #expect(try file["parameter"]?.floats() == Golden.values(5, 3))
        #expect(file["empty"]?.shape == [0, 3])
        #expect(try file["empty"]?.floats() == [])
        #expect(file["int64"]?.isFloat == false)
        let refusal = message { _ = try file["int64"]?.floats() }
        #expect(refusal == "tensor \"int64\": its elements are Long, not floats")

        let whole = Golden.values(9, 24)
        #expect(try file["whole"]?.floats() == whole)
        #expect(file["transposed"]?.shape == [6, 4])
        #expect(try file["transposed"]?.floats() == (0..<24).map { whole[$0 % 4 * 6 + $0 / 4] })
        #expect(file["columns"]?.shape == [4, 3])
        #expect(try file["columns"]?.floats() == (0..<12).map { whole[$0 / 3 * 6 + 1 + $0 % 3 * 2] })
        #expect(try file["row"]?.floats() == Array(whole[12..<18]))
    }

    @Test(arguments: [
        ("torchvision-zip.pth", TensorFile.Format.torchZip, ""),
        ("torchvision-stream.pth", .torchStream, "module."), ("torchvision-tar.pth", .torchTar, ""),
    ])
    func readsANetworkOfAnyAge(_ name: String, _ format: TensorFile.Format, _ prefix: String) throws {
        let file = try Golden.file(name)
        #expect(file.format == format)
        #expect(file.tensors[0].name == prefix + "features.0.weight")
        #expect(file.tensors.count == 16)
        for (t, tensor) in file.tensors.enumerated() {
            #expect(try tensor.floats() == Golden.values(t, tensor.count), "\(tensor.name)")
        }
    }

    /// The ending says nothing.
    @Test func looksAtTheContentsAlone() throws {
        let folder = try TemporaryFolder()
        for (name, format) in [
            ("kinds-zip.pth", TensorFile.Format.torchZip), ("alexnet-v1.caffemodel", .caffe),
            ("torchvision-tar.pth", .torchTar),
        ] {
            let path = try folder.write(try Golden.bytes(name), to: "weights.safetensors")
            #expect(try TensorFile(path).format == format)
        }
    }

    @Test(
        arguments: [
            ([], "empty"), ([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "HDF5"),
            (Array("GIF89a and so on".utf8), "like no file of weights"),
            ([0x80, 2, 0x4e, 0x2e], "a pickle, but none"),
        ] as [([UInt8], String)])
    func saysWhatAFileIsInstead(_ bytes: [UInt8], _ words: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "weights.pth")
        let text = message { _ = try TensorFile(path) }
        #expect(text.hasPrefix("\(path): ") && text.contains(words), "\(text)")
    }

    @Test func missingFilesAndFoldersAreNotRead() throws {
        let folder = try TemporaryFolder()
        #expect(message { _ = try TensorFile(folder.path.appending("none.pth")) }.contains("none.pth"))
        #expect(message { _ = try TensorFile(folder.path) }.contains("is no file"))
    }

    /// A storage that is a part of another, as streams before PyTorch 0.4 had them.
    @Test func readsPartsOfStorages() throws {
        func text(_ text: String) -> [UInt8] { [0x58, UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8) }
        func global(_ name: String) -> [UInt8] { Array("c\(name)\n".utf8) }
        var bytes: [UInt8] = [
            0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e, 0x80, 2,
            0x4d, 0xe9,
            3, 0x2e, 0x80, 2, 0x7d, 0x2e,
        ]
        // {"a": _rebuild_tensor(('storage', FloatStorage, 'k', 'cpu', 4, ('v', 1, 2)), 0, (2,), (1,))}
        bytes +=
            [0x7d] + text("a") + global("torch._utils\n_rebuild_tensor") + [0x28, 0x28] + text("storage")
        bytes +=
            global("torch.cuda\nFloatStorage") + text("k") + text("cuda:0") + [0x4b, 4, 0x28] + text("v")
        bytes += [
            0x4b, 1, 0x4b, 2, 0x74, 0x74, 0x51, 0x4b, 0, 0x4b, 2, 0x85, 0x4b, 1, 0x85, 0x74, 0x52, 0x73, 0x2e,
        ]
        bytes += [0x5d] + text("k") + [0x61, 0x2e]
        bytes.append(littleEndian: 4 as Int64)
        for value: Float in [1, 2, 3, 4] { bytes.append(littleEndian: value.bitPattern) }
        let file = try TensorFile(Bytes(bytes))
        #expect(file.tensors.map(\.name) == ["a"])
        #expect(try file.tensors[0].floats() == [2, 3])
    }
}
