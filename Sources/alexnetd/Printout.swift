// Much text to stdout, in large pieces.

struct Printout: ~Copyable {
    private var pending: [UInt8] = []
    private static let piece = 1 << 16

    mutating func write(_ text: some StringProtocol) throws {
        pending += text.utf8
        if pending.count >= Self.piece { try flush() }
    }

    mutating func flush() throws {
        try Output.write(pending)
        pending.removeAll(keepingCapacity: true)
    }
}
