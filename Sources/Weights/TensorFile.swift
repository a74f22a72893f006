// A file of named tensors, whoever wrote it. What it is shows in its first bytes and never in its name. Opening it checks
// everything that it claims, and reads no more than that; a tensor becomes floats when it is asked for.

internal import Checkpoints
package import SystemPackage
internal import Tar

package struct TensorFile: Sendable {
    package enum Format: String, Sendable {
        case safetensors
        case torchZip = "PyTorch"
        case torchStream = "PyTorch before 1.6"
        case torchTar = "PyTorch of 2016"
        case caffe = "Caffe"
    }

    package struct Tensor: Sendable {
        package let name: String
        package let shape: [Int]
        /// False for whole numbers and the like, which are no parameters.
        package let isFloat: Bool
        private let content: Content

        private enum Content: Sendable {
            case stored(StoredTensor)
            case safetensors(SafetensorsFile)
        }

        package var count: Int { shape.reduce(1, *) }

        fileprivate init(_ name: String, _ tensor: StoredTensor) {
            (self.name, shape, isFloat) = (name, tensor.shape, tensor.type.isFloat)
            content = .stored(tensor)
        }

        fileprivate init(_ name: String, in file: SafetensorsFile) {
            (self.name, shape, isFloat) = (name, file.shape(of: name) ?? [], true)
            content = .safetensors(file)
        }

        /// - Parameter values: exactly `count`.
        /// - Throws: `WeightsError` with the tensor's name; `CheckpointsError`.
        package func read(into values: UnsafeMutableBufferPointer<Float>) throws {
            switch content {
            case .stored(let tensor):
                do { try tensor.read(into: values) } catch let error as WeightsError {
                    throw WeightsError(error.code, "tensor \"\(name)\": \(error.message)", cause: error.cause)
                }
            case .safetensors(let file): try file.read(name, into: values)
            }
        }
    }

    package let format: Format
    /// In the file's order; their names differ.
    package let tensors: [Tensor]
    /// What else a Caffe model says of its network.
    let net: CaffeNet?

    /// - Throws: `WeightsError` with the path; `CheckpointsError` for a safetensors file.
    package init(_ path: FilePath) throws {
        do {
            let bytes = try Bytes(path)
            guard Self.beginsSafetensors(bytes) else {
                self = try Self(bytes)
                return
            }
            let file = try SafetensorsFile(path)
            (format, net) = (.safetensors, nil)
            tensors = file.names.map { Tensor($0, in: file) }
        } catch let error as WeightsError where error.code != .io { throw error.of(path) }
    }

    /// Of any form but safetensors.
    /// - Throws: `WeightsError`.
    package init(_ bytes: Bytes) throws {
        let stored: [(name: String, tensor: StoredTensor)]
        if TorchStream.begins(bytes) {
            (format, net, stored) = (.torchStream, nil, try TorchStream.tensors(bytes))
        } else if (try? bytes.array(at: 0, count: 4)) == [0x50, 0x4b, 3, 4] {
            (format, net, stored) = (.torchZip, nil, try TorchZip.tensors(bytes))
        } else if let header = try? bytes.array(at: 0, count: 512), TarArchive.begins(header) {
            (format, net, stored) = (.torchTar, nil, try TorchTar.tensors(bytes))
        } else if CaffeNet.begins(bytes) {
            let caffe = try CaffeNet(bytes)
            (format, net, stored) = (.caffe, caffe, caffe.tensors)
        } else {
            throw Self.unknown(bytes)
        }
        var names: Set<String> = []
        for (name, _) in stored where !names.insert(name).inserted {
            throw WeightsError.damaged("its tensor \"\(name)\" is there twice")
        }
        tensors = stored.map { Tensor($0.name, $0.tensor) }
    }

    /// A length of eight bytes that the file has room for, and the header's first byte.
    private static func beginsSafetensors(_ bytes: Bytes) -> Bool {
        guard let first = try? bytes.array(at: 0, count: 9), first[8] == UInt8(ascii: "{") else {
            return false
        }
        return first[4..<8].allSatisfy { $0 == 0 }
    }

    private static func unknown(_ bytes: Bytes) -> WeightsError {
        let known = "safetensors, PyTorch's .pth and Caffe's .caffemodel are read"
        let first = (try? bytes.array(at: 0, count: min(8, bytes.count))) ?? []
        if first.isEmpty { return .damaged("it is empty; \(known)") }
        if first.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            return .unsupported("it is HDF5, as Keras writes; save it as safetensors first: \(known)")
        }
        if first[0] == 0x80 { return .unsupported("it is a pickle, but none of torch.save; \(known)") }
        return .unsupported("it begins like no file of weights that is known here; \(known)")
    }
}
