// Comma-separated values (RFC 4180), strictly: quotes around a whole field or none, every row as long as the first.
// A pure function of the bytes, one pass. LF and CRLF end rows, blank lines are passed over, so is a byte order mark.

package struct CSVReader {
    package struct Row: Hashable, Sendable {
        package let fields: [String]
        /// Where it begins, from 1.
        package let line: Int
    }

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    private var width: Int?

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { place = 3 }
    }

    /// The next row; nil at the end.
    package mutating func next() throws(CSVError) -> Row? {
        while place < bytes.count, bytes[place] == newline || bytes[place] == carriageReturn { endRow() }
        guard place < bytes.count else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            fields.append(try field())
            guard place < bytes.count, bytes[place] == comma else { break }
            place += 1
        }
        if place < bytes.count { endRow() }
        guard fields.count == width ?? fields.count else {
            throw CSVError(
                line: start, problem: "\(fields.count) fields where the rows above have \(width ?? 0)")
        }
        width = fields.count
        return Row(fields: fields, line: start)
    }

    private mutating func endRow() {
        if bytes[place] == carriageReturn, place + 1 < bytes.count, bytes[place + 1] == newline { place += 1 }
        place += 1
        line += 1
    }

    /// Ends at a comma, at a row's end or at the end of all.
    private mutating func field() throws(CSVError) -> String {
        if place < bytes.count, bytes[place] == quote { return try quoted() }
        let start = place
        while place < bytes.count {
            let byte = bytes[place]
            if byte == comma || byte == newline || byte == carriageReturn { break }
            if byte == quote {
                throw CSVError(line: line, problem: "a quote inside a field; put the whole field in quotes")
            }
            place += 1
        }
        return try text(bytes[start..<place])
    }

    private mutating func quoted() throws(CSVError) -> String {
        let start = line
        var content: [UInt8] = []
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == newline { line += 1 }
            guard byte == quote else {
                content.append(byte)
                continue
            }
            guard place < bytes.count, bytes[place] == quote else {
                guard place == bytes.count || [comma, newline, carriageReturn].contains(bytes[place]) else {
                    throw CSVError(line: line, problem: "something follows a field's closing quote")
                }
                return try text(content[...])
            }
            content.append(quote)
            place += 1
        }
        throw CSVError(line: start, problem: "a quoted field does not end")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(CSVError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CSVError(line: line, problem: "a field is not UTF-8")
        }
        return text
    }
}

private let comma = UInt8(ascii: ",")
private let quote = UInt8(ascii: "\"")
private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
