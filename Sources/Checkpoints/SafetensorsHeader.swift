// Reading the JSON header of a safetensors file. Strict on purpose: a reader that keeps one of two equal keys or rounds
// large numbers would let a file say two things at once.

internal import JSON

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
        let root: JSONNode
        do { root = try JSONNode(bytes, deepest: 3) } catch {
            throw Malformed("its header is not JSON: \(error.problem)")
        }
        for member in try Self.members(root, "the header") {
            if member.key == Safetensors.metadataKey {
                metadata = try Self.metadata(member.value)
            } else {
                entries.append(try Self.entry(member.key, member.value))
            }
        }
    }

    /// Of an object whose keys differ.
    private static func members(_ node: JSONNode, _ what: String) throws -> [JSONNode.Member] {
        guard case .object(let members) = node.content else { throw Malformed("\(what) is no object") }
        var seen: Set<String> = []
        for member in members where !seen.insert(member.key).inserted {
            throw Malformed("“\(member.key)” is there twice in \(what)")
        }
        return members
    }

    private static func metadata(_ node: JSONNode) throws -> [String: String] {
        var result: [String: String] = [:]
        for member in try members(node, Safetensors.metadataKey) {
            guard case .string(let text) = member.value.content else {
                throw Malformed("“\(member.key)” in \(Safetensors.metadataKey) is no text")
            }
            result[member.key] = text
        }
        return result
    }

    private static func entry(_ name: String, _ node: JSONNode) throws -> Entry {
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        for member in try members(node, "tensor “\(name)”") {
            switch (member.key, member.value.content) {
            case ("dtype", .string(let text)): type = text
            case ("shape", .array(let items)): shape = try items.map { try integer($0, name) }
            case ("data_offsets", .array(let items)): offsets = try items.map { try integer($0, name) }
            default: throw Malformed("tensor “\(name)” has an unknown key or value at “\(member.key)”")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw Malformed("tensor “\(name)” needs dtype, shape and two data_offsets")
        }
        return Entry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }

    /// A whole number from 0 that fits an Int.
    private static func integer(_ node: JSONNode, _ name: String) throws -> Int {
        guard case .word(let digits) = node.content, let value = Int(digits), value >= 0 else {
            throw Malformed("no whole number from 0 in tensor “\(name)”")
        }
        return value
    }
}

/// Why bytes are not a safetensors file; becomes a `CheckpointsError` where the path is known.
struct Malformed: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
