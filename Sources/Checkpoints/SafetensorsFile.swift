// A safetensors file opened for reading. Every claim of the header is checked when it is opened, so a read can only fail
// for want of a tensor or by the disk. F16 and BF16 become floats on the way. Whole numbers, such as a batch normalisation's
// num_batches_tracked, may lie beside them; they are no parameters, and are passed over.

internal import Files
package import SystemPackage

package final class SafetensorsFile: Sendable {
    enum ElementType: String {
        case float32 = "F32"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case int64 = "I64"
        case int32 = "I32"

        /// In bytes.
        var size: Int {
            switch self {
            case .float16, .bfloat16: 2
            case .float32, .int32: 4
            case .int64: 8
            }
        }

        var isFloat: Bool { self != .int64 && self != .int32 }
    }

    private struct Location {
        let shape: [Int]
        let type: ElementType
        /// Where the tensor begins in the file, in bytes.
        let offset: Int
        let count: Int
    }

    package let path: FilePath
    /// Of the tensors of floats, in the order of their bytes in the file.
    package let names: [String]
    package let metadata: [String: String]
    private let locations: [String: Location]
    private let descriptor: FileDescriptor

    /// Opens the file and checks its header.
    /// - Throws: `.damaged` or `.unsupported` with the path and what is wrong; `.io`.
    package init(_ path: FilePath) throws {
        self.path = path
        let descriptor = try CheckpointsError.naming("opening", path) {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        }
        do {
            let (header, body, end) = try Self.header(of: descriptor, path)
            metadata = header.metadata
            locations = try Self.locations(header.entries, from: body, to: end, path)
        } catch {
            try? descriptor.close()
            guard let malformed = error as? Malformed else { throw error }
            throw CheckpointsError(.damaged, "\(path) is not a valid safetensors file: \(malformed.reason)")
        }
        self.descriptor = descriptor
        names = locations.sorted { ($0.value.offset, $0.key) < ($1.value.offset, $1.key) }.map(\.key)
    }

    deinit { try? descriptor.close() }

    /// The tensor's shape, nil if there is no such tensor.
    package func shape(of name: String) -> [Int]? { locations[name]?.shape }

    /// Reads a tensor as floats.
    /// - Parameter values: exactly as many as the tensor has.
    /// - Throws: `.mismatch` if there is no such tensor or it has another count; `.io`.
    package func read(_ name: String, into values: UnsafeMutableBufferPointer<Float>) throws {
        guard let location = locations[name] else {
            throw CheckpointsError(.mismatch, "\(path) has no tensor “\(name)”")
        }
        guard location.count == values.count else {
            throw CheckpointsError(
                .mismatch,
                "\(path): “\(name)” is \(location.shape), \(location.count) values; \(values.count) are wanted"
            )
        }
        if location.type == .float32 {
            try Self.fill(UnsafeMutableRawBufferPointer(values), from: descriptor, at: location.offset, path)
            return
        }
        let halves = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: location.count)
        defer { halves.deallocate() }
        try Self.fill(UnsafeMutableRawBufferPointer(halves), from: descriptor, at: location.offset, path)
        for (index, half) in halves.enumerated() {
            // A bfloat16 is the upper half of a float.
            values[index] =
                location.type == .bfloat16
                ? Float(bitPattern: UInt32(half) << 16) : Float(Float16(bitPattern: half))
        }
    }

    private static func header(
        of descriptor: FileDescriptor, _ path: FilePath
    ) throws -> (header: SafetensorsHeader, body: Int, end: Int) {
        let size = try CheckpointsError.naming("reading", path) {
            Int(try descriptor.seek(offset: 0, from: .end))
        }
        guard size >= 8 else { throw Malformed("\(size) bytes are too few") }
        var length: UInt64 = 0
        try withUnsafeMutableBytes(of: &length) { try fill($0, from: descriptor, at: 0, path) }
        length = UInt64(littleEndian: length)
        guard length <= UInt64(Safetensors.longestHeader) else {
            throw Malformed("its header of \(length) bytes is longer than \(Safetensors.longestHeader)")
        }
        guard Int(length) <= size - 8 else {
            throw Malformed("its header of \(length) bytes is longer than the file")
        }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        try bytes.withUnsafeMutableBytes { try fill($0, from: descriptor, at: 8, path) }
        return (try SafetensorsHeader(bytes), 8 + Int(length), size)
    }

    /// Checks that the tensors fill the file from `body` to `end` exactly once, each with the bytes its shape needs.
    private static func locations(
        _ entries: [SafetensorsHeader.Entry], from body: Int, to end: Int, _ path: FilePath
    ) throws -> [String: Location] {
        var locations: [String: Location] = [:]
        var next = 0
        for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            guard let type = ElementType(rawValue: entry.type) else {
                throw CheckpointsError(
                    .unsupported,
                    "\(path): “\(entry.name)” holds \(entry.type); only F32, F16 and BF16 are read (I32 and I64 passed over)"
                )
            }
            guard entry.begin == next, entry.end >= entry.begin else {
                throw Malformed("“\(entry.name)” lies at \(entry.begin)..\(entry.end) where \(next) is next")
            }
            var bytes = type.size
            for extent in entry.shape {
                let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
                guard !overflow else {
                    throw Malformed("“\(entry.name)” of shape \(entry.shape) is too large")
                }
                bytes = product
            }
            guard bytes == entry.end - entry.begin else {
                throw Malformed(
                    "“\(entry.name)” of shape \(entry.shape) needs \(bytes) bytes and has \(entry.end - entry.begin)"
                )
            }
            next = entry.end
            guard type.isFloat else { continue }
            locations[entry.name] = Location(
                shape: entry.shape, type: type, offset: body + entry.begin, count: bytes / type.size)
        }
        guard next == end - body else {
            throw Malformed("its tensors end at byte \(next) and the file at \(end - body)")
        }
        return locations
    }

    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from descriptor: FileDescriptor, at offset: Int,
        _ path: FilePath
    ) throws {
        let count = try CheckpointsError.naming("reading", path) {
            try descriptor.fill(buffer, at: Int64(offset))
        }
        guard count == buffer.count else {
            throw CheckpointsError(.damaged, "\(path) became shorter while it was read")
        }
    }
}
