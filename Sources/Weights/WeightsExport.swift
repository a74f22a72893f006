// A network's weights in the forms that other programs read. The file is on the disk, whole, when it gets its name.

package import Checkpoints
internal import Foundation
package import Networks
package import SystemPackage

package struct WeightsExport {
    package enum Format: String, CaseIterable, Sendable { case safetensors, pth, caffemodel }

    private let network: Network
    private let source: SafetensorsFile

    /// - Parameter source: holds every parameter of the network, by name; other tensors are left out.
    /// - Throws: `.mismatch`, naming one that is missing or of another shape.
    package init(_ network: Network, from source: SafetensorsFile) throws {
        (self.network, self.source) = (network, source)
        for parameter in network.parameters where source.shape(of: parameter.name) != parameter.shape {
            throw WeightsError.mismatch(
                "\(source.path): tensor \"\(parameter.name)\" is \(source.shape(of: parameter.name) ?? []), and "
                    + "\(network.name) needs \(parameter.shape)")
        }
    }

    /// - Parameter replacing: whether a file of that name may go.
    /// - Throws: `.exists`, `.unsupported`, `.io`; `CheckpointsError`.
    package func write(_ format: Format, to path: FilePath, replacing: Bool = false) throws {
        let file = try OutputFile(path, replacing: replacing)
        switch format {
        // A checkpoint's file is what is wanted, to the byte.
        case .safetensors: try Bytes(source.path).forEachPiece { try file.write($0) }
        case .pth: try writeTorch(file, top: path.stem ?? "archive")
        case .caffemodel: try writeCaffe(file)
        }
        try file.finish()
    }

    /// Hands over a parameter's values, which `body` may change.
    private func withValues<T>(
        of parameter: Parameter, _ body: (UnsafeMutableBufferPointer<Float>) throws -> T
    ) throws -> T {
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: parameter.count)
        defer { values.deallocate() }
        try source.read(parameter.name, into: values)
        return try body(values)
    }

    /// The zip form (see TorchZip) with the entries that PyTorch 2 writes.
    func writeTorch(_ file: OutputFile, top: String, limit: UInt64 = 0xffff_ffff) throws {
        var zip = ZipWriter(file, limit: limit)
        try zip.add("\(top)/data.pkl", PickleWriter.stateDictionary(network.parameters))
        try zip.add("\(top)/.format_version", Array("1".utf8))
        try zip.add("\(top)/.storage_alignment", Array("64".utf8))
        try zip.add("\(top)/byteorder", Array("little".utf8))
        for (index, parameter) in network.parameters.enumerated() {
            try withValues(of: parameter) { try zip.add("\(top)/data/\(index)", UnsafeRawBufferPointer($0)) }
        }
        try zip.add("\(top)/version", Array("3\n".utf8))
        try zip.add("\(top)/.data/serialization_id", zip.identity)
        try zip.finish()
    }

    /// Every layer with its parameters and its blobs; blue first.
    private func writeCaffe(_ file: OutputFile) throws {
        var net = ProtobufWriter()
        net.field(1, network.name)
        net.field(100) {
            $0.field(1, CaffeLayer.input)
            $0.field(2, "Input")
            $0.field(4, CaffeLayer.input)
            $0.field(143) {
                $0.field(1) { $0.field(1, packed([1, 3, network.input.height, network.input.width])) }
            }
        }
        try file.write(net.bytes)
        var bottom = CaffeLayer.input
        for (index, layer) in network.layers.enumerated() {
            let (fields, top) = try CaffeLayer.fields(layer, bottom: bottom)
            let blobs = network.parameters.filter { $0.layer == index }.map { ($0, blob($0)) }
            let size = blobs.reduce(fields.bytes.count) { sum, blob in
                sum + blob.1.head.count + blob.0.count * MemoryLayout<Float>.size + blob.1.tail.count
            }
            // What protocol buffers can hold.
            guard size < 1 << 31, file.count + size < 1 << 31 else {
                throw WeightsError.unsupported(
                    "the network is too large for a .caffemodel, which ends at 2 GiB")
            }
            var head = ProtobufWriter()
            head.begin(100, count: size)
            try file.write(head.bytes + fields.bytes)
            for (parameter, bytes) in blobs {
                try file.write(bytes.head)
                try withValues(of: parameter) { values in
                    if ChannelOrder.matters(parameter, of: network) {
                        ChannelOrder.reverse(values, shape: parameter.shape)
                    }
                    try file.write(UnsafeRawBufferPointer(values))
                }
                try file.write(bytes.tail)
            }
            bottom = top
        }
    }

    /// A layer's field `blobs`, around the values.
    private func blob(_ parameter: Parameter) -> (head: [UInt8], tail: [UInt8]) {
        let size = parameter.count * MemoryLayout<Float>.size
        var data = ProtobufWriter()
        data.begin(5, count: size)
        var shape = ProtobufWriter()
        shape.field(7) { $0.field(1, packed(parameter.shape)) }
        var head = ProtobufWriter()
        head.begin(7, count: data.bytes.count + size + shape.bytes.count)
        return (head.bytes + data.bytes, shape.bytes)
    }

    private func packed(_ extents: [Int]) -> [UInt8] {
        var writer = ProtobufWriter()
        extents.forEach { writer.varint($0) }
        return writer.bytes
    }
}
