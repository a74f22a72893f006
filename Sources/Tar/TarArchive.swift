// The regular files in a tar archive (POSIX.1-2017 pax and ustar, GNU's long names), found without reading them. Headers
// may say anything: numbers are checked against the archive's size, names are never used as paths, links are passed over.
//
//   header of 512 bytes: name 0..<100, size 124..<136, checksum 148..<156, type 156, "ustar" 257, prefix 345..<500
//   then the data, padded to 512 bytes; two blocks of zeros at the end

package struct TarArchive {
    package struct Entry: Hashable, Sendable {
        /// As it stands there.
        package let name: String
        /// Of the data, from where the archive begins.
        package let offset: Int64
        package let size: Int64

        package init(name: String, offset: Int64, size: Int64) {
            (self.name, self.offset, self.size) = (name, offset, size)
        }
    }

    private static let block: Int64 = 512
    /// A name is no longer than that, whatever its header says.
    private static let longestName: Int64 = 1 << 16

    /// Gives `count` bytes from `offset` on, fewer at the archive's end.
    package typealias Read = (_ offset: Int64, _ count: Int) throws -> [UInt8]

    /// Whether a file's first 512 bytes are a header.
    package static func begins(_ header: [UInt8]) -> Bool {
        header.count == block && header[0] != 0 && number(header[148..<156]) == checksum(header)
    }

    /// - Parameter size: of the archive in bytes.
    /// - Throws: `TarError`; what `read` throws.
    package static func entries(size: Int64, read: Read) throws -> [Entry] {
        var entries: [Entry] = []
        var offset: Int64 = 0
        var ahead = Ahead()
        while offset + block <= size {
            let header = try read(offset, Int(block))
            func damaged(_ problem: String) -> TarError { .damaged("\(problem) at byte \(offset)") }
            guard header.count == Int(block) else { throw damaged("it ends") }
            if header.allSatisfy({ $0 == 0 }) { return entries }
            guard number(header[148..<156]) == checksum(header) else {
                guard offset == 0 else { throw damaged("a header's checksum is wrong") }
                throw header.starts(with: [0x1f, 0x8b]) ? TarError.packed : TarError.foreign
            }
            guard let length = ahead.size ?? number(header[124..<136]), length >= 0,
                length <= size - offset - block
            else { throw damaged("a file that is not all there") }
            let data = offset + block
            switch header[156] {
            case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
                entries.append(Entry(name: ahead.name ?? Self.name(header), offset: data, size: length))
                ahead = Ahead()
            case UInt8(ascii: "L"), UInt8(ascii: "x"):
                guard length <= longestName else { throw damaged("a name of \(length) bytes") }
                let bytes = try read(data, Int(length))
                if header[156] == UInt8(ascii: "L") {
                    ahead.name = text(bytes[...])
                } else {
                    ahead.take(pax: bytes)
                }
            default: ahead = Ahead()  // folders, links, devices
            }
            // `length` is below the archive's size, so this cannot overflow.
            offset = data + (length + block - 1) / block * block
        }
        if entries.isEmpty { throw TarError.empty }
        return entries
    }

    /// What extended headers say of the file behind them, in place of its own header.
    private struct Ahead {
        var name: String?
        var size: Int64?

        /// Lines of "LENGTH KEY=VALUE\n".
        mutating func take(pax bytes: [UInt8]) {
            var rest = bytes[...]
            while let space = rest.firstIndex(of: UInt8(ascii: " ")),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            {
                let line = rest[(space + 1)..<(rest.startIndex + length - 1)]
                if line.starts(with: "path=".utf8) { name = TarArchive.text(line.dropFirst(5)) }
                if line.starts(with: "size=".utf8) { size = Int64(TarArchive.text(line.dropFirst(5))) ?? -1 }
                rest = rest.dropFirst(length)
            }
        }
    }

    private static func name(_ header: [UInt8]) -> String {
        let prefix = header[257..<262].elementsEqual("ustar".utf8) ? text(header[345..<500]) : ""
        return prefix.isEmpty ? text(header[..<100]) : prefix + "/" + text(header[..<100])
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits between spaces and NULs, or GNU's binary form; nil for anything else.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80 else { return nil }
            let digits = field.dropFirst().drop { $0 == 0 }
            return digits.count < 8 ? digits.reduce(0) { $0 << 8 | Int64($1) } : nil
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        return digits.isEmpty ? 0 : Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    /// The sum of a header's bytes, those of the checksum itself taken as spaces.
    private static func checksum(_ header: [UInt8]) -> Int64 {
        header.indices.reduce(0) { $0 + Int64((148..<156).contains($1) ? 0x20 : header[$1]) }
    }
}
