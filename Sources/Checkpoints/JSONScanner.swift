// A cursor over JSON of known form: objects, strings, and arrays of whole numbers, each asked for where it must stand.
// It keeps nothing, recurses into nothing by itself, and throws `Malformed` with the byte's position.

struct JSONScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Calls `member` with each key, the cursor standing before its value.
    mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
        try expect("{")
        if try accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(&self, key)
        } while try accept(",")
        try expect("}")
    }

    mutating func integers() throws -> [Int] {
        try expect("[")
        if try accept("]") { return [] }
        var result: [Int] = []
        repeat { result.append(try integer()) } while try accept(",")
        try expect("]")
        return result
    }

    /// A whole number from 0 that fits an Int, without sign, fraction or exponent.
    mutating func integer() throws -> Int {
        skipSpace()
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Int(digits), digits.count == 1 || digits.first != "0" else {
            throw Malformed("no whole number at byte \(start) of the header")
        }
        return value
    }

    mutating func string() throws -> String {
        try expect("\"")
        let start = position
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Malformed("the string at byte \(start) of the header is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
            case ..<0x20: throw Malformed("a control character at byte \(position - 1) of the header")
            default: text.append(byte)
            }
        }
        throw Malformed("the string at byte \(start) of the header does not end")
    }

    /// Nothing but spaces may follow.
    mutating func end() throws {
        skipSpace()
        guard position == bytes.count else {
            throw Malformed("more after the header's end, at byte \(position)")
        }
    }

    /// What stands after a backslash.
    private mutating func escape() throws -> Unicode.Scalar {
        let byte = position < bytes.count ? bytes[position] : 0
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let high = try codeUnit()
            guard (0xd800..<0xdc00).contains(high) else {
                if let scalar = Unicode.Scalar(high) { return scalar }
                break
            }
            // The second half of a surrogate pair must follow.
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { break }
            position += 2
            let low = try codeUnit()
            guard (0xdc00..<0xe000).contains(low) else { break }
            if let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00)) { return scalar }
        default: break
        }
        throw Malformed("no valid escape at byte \(position) of the header")
    }

    private mutating func codeUnit() throws -> UInt32 {
        let digits = bytes[min(position, bytes.count)..<min(position + 4, bytes.count)]
        position += 4
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw Malformed("no four hexadecimal digits before byte \(position) of the header") }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
    }

    private mutating func accept(_ character: Unicode.Scalar) throws -> Bool {
        skipSpace()
        guard position < bytes.count else {
            throw Malformed("the header ends where \(character) could stand")
        }
        guard bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard try accept(character) else {
            throw Malformed("no \(character) at byte \(position) of the header")
        }
    }
}
