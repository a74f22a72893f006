// From bytes to nodes, one pass, nothing kept but the place.

/// Bytes are valid UTF-8.
struct JSONScanner {
    private let bytes: [UInt8]
    /// Levels of objects and arrays within one another.
    private let deepest: Int
    private var index = 0
    private var line = 1

    init(_ bytes: [UInt8], deepest: Int) { (self.bytes, self.deepest) = (bytes, deepest) }

    mutating func end() throws(JSONError) {
        skipSpace()
        if index < bytes.count { throw failure("something follows the end") }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONNode {
        guard depth <= deepest else {
            throw failure("objects and arrays are nested more than \(deepest) deep")
        }
        skipSpace()
        let start = line
        switch peek {
        case UInt8(ascii: "{"): return JSONNode(.object(try object(depth)), line: start)
        case UInt8(ascii: "["): return JSONNode(.array(try array(depth)), line: start)
        case UInt8(ascii: "\""): return JSONNode(.string(try string()), line: start)
        case nil: throw failure("ends in the middle")
        default: return JSONNode(.word(try word()), line: start)
        }
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func failure(_ problem: String) -> JSONError { JSONError(line: line, problem: problem) }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
            if byte == 0x0a { line += 1 }
            index += 1
        }
    }

    /// Whether the next byte that is no space is this one; passes it.
    private mutating func passes(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func object(_ depth: Int) throws(JSONError) -> [JSONNode.Member] {
        index += 1
        var members: [JSONNode.Member] = []
        if passes(UInt8(ascii: "}")) { return members }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a key in double quotes is expected here") }
            let start = line
            let key = try string()
            guard passes(UInt8(ascii: ":")) else { throw failure("a colon is expected after \"\(key)\"") }
            members.append(JSONNode.Member(key: key, line: start, value: try value(depth: depth + 1)))
        } while passes(UInt8(ascii: ","))
        guard passes(UInt8(ascii: "}")) else { throw failure("a comma or } is expected here") }
        return members
    }

    private mutating func array(_ depth: Int) throws(JSONError) -> [JSONNode] {
        index += 1
        var items: [JSONNode] = []
        if passes(UInt8(ascii: "]")) { return items }
        repeat { items.append(try value(depth: depth + 1)) } while passes(UInt8(ascii: ","))
        guard passes(UInt8(ascii: "]")) else { throw failure("a comma or ] is expected here") }
        return items
    }

    /// A number, true, false or null, as written.
    private mutating func word() throws(JSONError) -> String {
        let start = index
        while let byte = peek, !Array(" \t\r\n,:[]{}\"".utf8).contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        let number = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/
        guard ["true", "false", "null"].contains(text) || text.wholeMatch(of: number) != nil else {
            throw failure(
                "\"\(text.prefix(60))\" is neither a number nor true, false or null; text needs double quotes"
            )
        }
        return text
    }

    private mutating func string() throws(JSONError) -> String {
        index += 1
        var scalars = String.UnicodeScalarView()
        var plain = index
        func run(upTo end: Int) -> String.UnicodeScalarView {
            String(decoding: bytes[plain..<end], as: UTF8.self).unicodeScalars
        }
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                scalars.append(contentsOf: run(upTo: index))
                index += 1
                return String(scalars)
            case UInt8(ascii: "\\"):
                scalars.append(contentsOf: run(upTo: index))
                index += 1
                scalars.append(try escaped())
                plain = index
            case ..<0x20: throw failure("a line break or control character inside a string")
            default: index += 1
            }
        }
        throw failure("a string does not end")
    }

    private mutating func escaped() throws(JSONError) -> Unicode.Scalar {
        let escapes: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
            UInt8(ascii: "b"): "\u{8}",
            UInt8(ascii: "f"): "\u{c}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r",
            UInt8(ascii: "t"): "\t",
        ]
        guard let kind = peek else { throw failure("a string does not end") }
        index += 1
        if let scalar = escapes[kind] { return scalar }
        guard kind == UInt8(ascii: "u") else { throw failure("an unknown escape in a string") }
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if (0xd800..<0xdc00).contains(unit), bytes[index...].starts(with: Array("\\u".utf8)) {
            index += 2
            let low = try codeUnit()
            if (0xdc00..<0xe000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
            {
                return scalar
            }
        }
        throw failure("half of a surrogate pair in a string")
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        let digits = String(decoding: bytes[index...].prefix(4), as: UTF8.self)
        guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let unit = UInt32(digits, radix: 16)
        else {
            throw failure("\\u needs four hexadecimal digits")
        }
        index += 4
        return unit
    }
}
