// Writing safetensors files (https://huggingface.co/docs/safetensors), which torch.load's users open with
// `safetensors.torch.load_file`:
//
//     u64 LE   length of the header, a multiple of 8
//     header   {"__metadata__":{"key":"value"},"fc6.weight":{"dtype":"F32","shape":[4096,9216],
//              "data_offsets":[begin,end]},…} and spaces up to its length; offsets count from the header's end
//     tensors  little-endian floats, in the header's order, without gaps
//
// The same tensors and metadata always give the same bytes. Values go from the caller's memory to the file uncopied.

/// A named array of floats in the caller's memory, to be written.
package struct Tensor {
    package let name: String
    package let shape: [Int]
    /// As many as the shape says; must stay alive while it is written.
    package let values: UnsafeBufferPointer<Float>

    package init(_ name: String, _ shape: [Int], _ values: UnsafeBufferPointer<Float>) {
        precondition(
            shape.reduce(1, *) == values.count, "\(name): the shape \(shape) has not \(values.count) values")
        (self.name, self.shape, self.values) = (name, shape, values)
    }
}

package enum Safetensors {
    /// Longest header that readers accept (the reference implementation's limit).
    static let longestHeader = 100_000_000
    static let metadataKey = "__metadata__"

    static func write(_ tensors: [Tensor], metadata: [String: String], to file: HashingFile) throws {
        let header = header(tensors, metadata)
        try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
        try header.withUnsafeBytes { try file.write($0) }
        for tensor in tensors { try file.write(UnsafeRawBufferPointer(tensor.values)) }
    }

    private static func header(_ tensors: [Tensor], _ metadata: [String: String]) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\(quoted(metadataKey)):{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for tensor in tensors {
            let end = offset + tensor.values.count * MemoryLayout<Float>.size
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(quoted(tensor.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        var header = Array("{\(members.joined(separator: ","))}".utf8)
        // The floats begin at a multiple of 8, so that a mapped file can be used in place.
        header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        return header
    }

    /// As a JSON string (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
