// A pickle machine that only builds data: the opcodes that torch.save writes (protocols 2 to 4), each checked. There is no
// opcode here that could call anything; a call is a node that says what would be called with what.

struct PickleReader {
    /// Values made, each of at least a byte of the file: a checkpoint with the state of its optimizer has some thousands.
    private static let mostValues = 2_000_000
    private static let longestText = 1 << 20
    private static let mostText = 1 << 26

    private var cursor: ByteCursor
    private var nodes: [PickleNode] = []
    private var stack: [PickleValue] = []
    /// Heights of the stack.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var values = 0
    private var text = 0

    /// Reads one pickle and leaves the cursor behind it.
    /// - Throws: `.damaged`; `.unsupported` for what weights do not need.
    static func read(_ cursor: inout ByteCursor) throws -> PickleGraph {
        var reader = PickleReader(cursor: cursor)
        let root = try reader.run()
        cursor = reader.cursor
        return PickleGraph(nodes: reader.nodes, root: root)
    }

    private init(cursor: ByteCursor) { self.cursor = cursor }

    private mutating func run() throws -> PickleValue {
        while true {
            let opcode = try cursor.byte()
            if opcode == UInt8(ascii: ".") { return try pop() }
            try step(opcode)
        }
    }

    private mutating func step(_ opcode: UInt8) throws {
        switch opcode {
        case 0x80:  // PROTO
            let version = try cursor.byte()
            guard version <= 5 else { throw WeightsError.unsupported("its pickle is of protocol \(version)") }
        case 0x95: try cursor.skip(8)  // FRAME: how many bytes follow
        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.flag(true))
        case 0x89: try push(.flag(false))
        case UInt8(ascii: "K"): try push(.integer(Int(try cursor.byte())))
        case UInt8(ascii: "M"): try push(.integer(Int(try cursor.littleEndian(UInt16.self))))
        case UInt8(ascii: "J"): try push(.integer(Int(try cursor.littleEndian(Int32.self))))
        case 0x8a: try push(try long(Int(try cursor.byte())))
        case UInt8(ascii: "G"):
            try push(.number(Double(bitPattern: try cursor.littleEndian(UInt64.self).byteSwapped)))
        case UInt8(ascii: "X"): try push(try string(Int(try cursor.littleEndian(UInt32.self))))
        case 0x8c, UInt8(ascii: "U"): try push(try string(Int(try cursor.byte())))
        case UInt8(ascii: "T"): try push(try string(Int(try cursor.littleEndian(UInt32.self))))
        case UInt8(ascii: "("):
            marks.append(stack.count)
            try countValue()
        case UInt8(ascii: ")"): try make(.tuple)
        case UInt8(ascii: "]"): try make(.list)
        case UInt8(ascii: "}"): try make(.dictionary)
        case 0x8f: try make(.set)
        case UInt8(ascii: "t"): try make(.tuple, try popToMark())
        case 0x85...0x87: try make(.tuple, try pop(Int(opcode) - 0x84))
        case UInt8(ascii: "a"): try append(try pop(1), to: [.list])
        case UInt8(ascii: "e"): try append(try popToMark(), to: [.list])
        case 0x90: try append(try popToMark(), to: [.set])
        case UInt8(ascii: "s"): try append(try pop(2), to: [.dictionary])
        case UInt8(ascii: "u"): try append(try popToMark(), to: [.dictionary])
        case UInt8(ascii: "q"): memo[Int(try cursor.byte())] = try top()
        case UInt8(ascii: "r"): memo[Int(try cursor.littleEndian(UInt32.self))] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "h"): try recall(Int(try cursor.byte()))
        case UInt8(ascii: "j"): try recall(Int(try cursor.littleEndian(UInt32.self)))
        case UInt8(ascii: "c"):
            let module = try cursor.line(atMost: 256)
            try make(.global(try PickleGlobal(module: module, name: try cursor.line(atMost: 256))))
        case 0x93:
            guard case let names = try pop(2), let module = names[0].text, let name = names[1].text else {
                throw WeightsError.damaged("a function in its pickle has no name")
            }
            try make(.global(try PickleGlobal(module: module, name: name)))
        case UInt8(ascii: "Q"): try make(.persistent, [try pop()])
        case UInt8(ascii: "R"), 0x81: try call()
        case UInt8(ascii: "b"): try build()
        default:
            throw WeightsError.unsupported(
                "its pickle has the opcode 0x\(String(opcode, radix: 16)) at byte \(cursor.offset - 1), which weights "
                    + "do not need")
        }
    }

    // MARK: - Stack

    private mutating func countValue() throws {
        values += 1
        guard values <= Self.mostValues else {
            throw WeightsError.damaged("its pickle has more than \(Self.mostValues) values")
        }
    }

    private mutating func push(_ value: PickleValue) throws {
        try countValue()
        stack.append(value)
    }

    private mutating func make(_ kind: PickleNode.Kind, _ items: [PickleValue] = []) throws {
        try push(.node(nodes.count))
        nodes.append(PickleNode(kind: kind, items: items))
    }

    private func top() throws -> PickleValue {
        guard let value = stack.last, stack.count > marks.last ?? 0 else {
            throw WeightsError.damaged("its pickle takes a value where there is none")
        }
        return value
    }

    private mutating func pop() throws -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    /// The last of them last.
    private mutating func pop(_ count: Int) throws -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else {
            throw WeightsError.damaged("its pickle takes \(count) values where there are fewer")
        }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else {
            throw WeightsError.damaged("its pickle ends a group that it did not begin")
        }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func recall(_ key: Int) throws {
        guard let value = memo[key] else {
            throw WeightsError.damaged("its pickle recalls what it did not say (\(key))")
        }
        try push(value)
    }

    // MARK: - Values

    private mutating func string(_ count: Int) throws -> PickleValue {
        text += count
        guard count <= Self.longestText, text <= Self.mostText else {
            throw WeightsError.damaged("its pickle has a text of \(count) bytes")
        }
        return .text(String(decoding: try cursor.array(count), as: UTF8.self))
    }

    /// Little-endian two's complement. One that no Int holds becomes a number: PyTorch's mark of its own files is one.
    private mutating func long(_ count: Int) throws -> PickleValue {
        let bytes = try cursor.array(count)
        let fill: UInt8 = (bytes.last ?? 0) >= 0x80 ? 0xff : 0
        let sign = bytes.count > 8 && !bytes[8...].allSatisfy { $0 == fill }
        let bits = (0..<8).reduce(UInt64(0)) { bits, place in
            bits | UInt64(place < bytes.count ? bytes[place] : fill) << UInt64(8 * place)
        }
        let value = Int(bitPattern: UInt(bits))
        return sign || (value < 0) != (fill == 0xff) ? .number(.infinity) : .integer(value)
    }

    private mutating func append(_ items: [PickleValue], to kinds: [PickleNode.Kind]) throws {
        guard case .node(let index) = try top(), kinds.contains(nodes[index].kind) else {
            throw WeightsError.damaged("its pickle adds to what is no container")
        }
        guard nodes[index].kind != .dictionary || items.count.isMultiple(of: 2) else {
            throw WeightsError.damaged("its pickle has a key without a value")
        }
        nodes[index].items += items
    }

    /// REDUCE and NEWOBJ: a function, or a class, with its arguments.
    private mutating func call() throws {
        let pair = try pop(2)
        guard case .node(let function) = pair[0], case .global(let global) = nodes[function].kind,
            case .node(let index) = pair[1], nodes[index].kind == .tuple
        else { throw WeightsError.damaged("its pickle calls what is no function") }
        let arguments = nodes[index].items
        guard global == .orderedDictionary else { return try make(.call(global), arguments) }
        var items: [PickleValue] = []
        // Python 2 gives a list of pairs.
        if let pairs = arguments.first {
            guard case .node(let list) = pairs, nodes[list].kind == .list else {
                throw WeightsError.damaged("its pickle has an OrderedDict of something else than pairs")
            }
            for pair in nodes[list].items {
                guard case .node(let index) = pair, nodes[index].items.count == 2 else {
                    throw WeightsError.damaged("its pickle has an OrderedDict of something else than pairs")
                }
                try countValue()
                items += nodes[index].items
            }
        }
        try make(.dictionary, items)
    }

    /// Attributes of a dictionary or a parameter say nothing about its tensors; nothing else here has any.
    private mutating func build() throws {
        _ = try pop()
        guard case .node(let index) = try top(),
            [.dictionary, .call(.rebuildParameter)].contains(nodes[index].kind)
        else {
            throw WeightsError.unsupported("its pickle gives attributes to what is no dictionary of weights")
        }
    }
}
