// What a tensor's elements are, and how they become floats.

enum ElementType: Hashable, Sendable {
    case float32, float64, float16, bfloat16
    /// Not read as floats, only passed over: whole numbers, flags, complex and quantised numbers.
    case other(name: String, size: Int)

    /// In bytes.
    var size: Int {
        switch self {
        case .float32: 4
        case .float64: 8
        case .float16, .bfloat16: 2
        case .other(_, let size): size
        }
    }

    var name: String {
        switch self {
        case .float32: "Float"
        case .float64: "Double"
        case .float16: "Half"
        case .bfloat16: "BFloat16"
        case .other(let name, _): name
        }
    }

    var isFloat: Bool {
        if case .other = self { false } else { true }
    }

    /// By PyTorch's names of its storages without the word Storage; nil for one that is not known.
    init?(torch name: String) {
        switch name {
        case "Float": self = .float32
        case "Double": self = .float64
        case "Half": self = .float16
        case "BFloat16": self = .bfloat16
        case "Bool", "Byte", "Char", "QInt8", "QUInt8": self = .other(name: name, size: 1)
        case "Short": self = .other(name: name, size: 2)
        case "Int", "QInt32": self = .other(name: name, size: 4)
        case "Long", "ComplexFloat": self = .other(name: name, size: 8)
        case "ComplexDouble": self = .other(name: name, size: 16)
        default: return nil
        }
    }

    /// Reads little-endian elements as floats.
    /// - Parameter bytes: as many elements as there are values.
    /// - Throws: `.damaged` where there are too few; `.unsupported` for elements that are no floats; `.io`.
    func read(_ bytes: Bytes, into values: UnsafeMutableBufferPointer<Float>) throws {
        switch self {
        case .float32: try bytes.read(at: 0, into: UnsafeMutableRawBufferPointer(values))
        case .float64: try convert(bytes, into: values) { Float(Double(bitPattern: $0)) }
        case .float16: try convert(bytes, into: values) { Float(Float16(bitPattern: $0)) }
        // The upper half of a float.
        case .bfloat16: try convert(bytes, into: values) { Float(bitPattern: UInt32($0 as UInt16) << 16) }
        case .other(let name, _): throw WeightsError.unsupported("its elements are \(name), not floats")
        }
    }

    private func convert<T: FixedWidthInteger>(
        _ bytes: Bytes, into values: UnsafeMutableBufferPointer<Float>, _ body: (T) -> Float
    ) throws {
        let piece = 1 << 16
        for start in stride(from: 0, to: values.count, by: piece) {
            let count = min(piece, values.count - start)
            try bytes.array(at: start * size, count: count * size).withUnsafeBytes { raw in
                for index in 0..<count {
                    let bits = raw.loadUnaligned(fromByteOffset: index * size, as: T.self)
                    values[start + index] = body(T(littleEndian: bits))
                }
            }
        }
    }
}
