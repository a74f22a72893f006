// What a hook prints, as lines for the log: so many, so long, and harmless to a terminal. Pure.

struct HookOutput {
    static let mostLines = 100
    /// In bytes.
    static let longestLine = 1000

    private var line: [UInt8] = []
    private var isLineCut = false
    private var lines = 0

    /// - Returns: the lines that are whole now.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var whole: [String] = []
        for byte in bytes where lines <= Self.mostLines {
            if byte == 0x0a {
                whole += end()
            } else if line.count < Self.longestLine {
                line.append(byte)
            } else {
                isLineCut = true
            }
        }
        return whole
    }

    /// - Returns: the last line, where it has no end.
    mutating func end() -> [String] {
        defer { (line, isLineCut) = ([], false) }
        guard !line.isEmpty, lines <= Self.mostLines else { return [] }
        lines += 1
        if lines > Self.mostLines { return ["… (more than \(Self.mostLines) lines; the rest is dropped)"] }
        let scalars = String(decoding: line, as: UTF8.self).unicodeScalars.map {
            $0.properties.generalCategory == .control ? " " : Character($0)
        }
        return [String(scalars) + (isLineCut ? " … (cut)" : "")]
    }
}
