// Reading the JSON header of a safetensors file. Strict on purpose: general JSON readers keep one of two equal keys and
// round large numbers, and either would let a file say two things at once.

struct SafetensorsHeader {
    struct Entry {
        let name: String
        let type: String
        let shape: [Int]
        /// In bytes, from the end of the header.
        let begin: Int
        let end: Int
    }

    private(set) var metadata: [String: String] = [:]
    private(set) var entries: [Entry] = []

    /// - Throws: `Malformed`.
    init(_ bytes: [UInt8]) throws {
        guard bytes.first == UInt8(ascii: "{") else { throw Malformed("the header does not begin with {") }
        var scanner = JSONScanner(bytes)
        var seen: Set<String> = []
        try scanner.object { scanner, key in
            guard seen.insert(key).inserted else { throw Malformed("“\(key)” is there twice") }
            if key == Safetensors.metadataKey {
                metadata = try Self.metadata(&scanner)
            } else {
                entries.append(try Self.entry(key, &scanner))
            }
        }
        try scanner.end()
    }

    private static func metadata(_ scanner: inout JSONScanner) throws -> [String: String] {
        var result: [String: String] = [:]
        try scanner.object { scanner, key in
            guard result.updateValue(try scanner.string(), forKey: key) == nil else {
                throw Malformed("“\(key)” is there twice in \(Safetensors.metadataKey)")
            }
        }
        return result
    }

    private static func entry(_ name: String, _ scanner: inout JSONScanner) throws -> Entry {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key in
            switch key {
            case "dtype" where type == nil: type = try scanner.string()
            case "shape" where shape == nil: shape = try scanner.integers()
            case "data_offsets" where offsets == nil: offsets = try scanner.integers()
            default: throw Malformed("tensor “\(name)” has an unknown or repeated key “\(key)”")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw Malformed("tensor “\(name)” needs dtype, shape and two data_offsets")
        }
        return Entry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }
}

/// Why bytes are not a safetensors file; becomes a `CheckpointsError` where the path is known.
struct Malformed: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
