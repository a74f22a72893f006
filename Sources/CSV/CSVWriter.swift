// Rows to comma-separated values (RFC 4180, with LF), quoted only where a field asks for it.

package struct CSVWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(_ header: String...) { append(header) }

    package mutating func append(_ fields: [String]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let field = field.utf8
            if field.contains(where: { ",\"\r\n".utf8.contains($0) }) {
                bytes.append(UInt8(ascii: "\""))
                for byte in field {
                    if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                    bytes.append(byte)
                }
                bytes.append(UInt8(ascii: "\""))
            } else {
                bytes += field
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
