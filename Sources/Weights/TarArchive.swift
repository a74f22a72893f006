// The regular files of a tar archive (POSIX.1-1988 ustar): blocks of 512 bytes, a header and then the file's bytes.

struct TarArchive {
    private static let block = 512
    private static let mostEntries = 1000
    private let files: [String: Bytes]

    /// Whether the bytes begin with a header whose checksum is right.
    static func begins(_ bytes: Bytes) -> Bool {
        guard let header = try? bytes.array(at: 0, count: block) else { return false }
        return header[0] != 0 && isHeader(header)
    }

    /// - Throws: `.damaged`, `.io`.
    init(_ bytes: Bytes) throws {
        var cursor = ByteCursor(bytes)
        var files: [String: Bytes] = [:]
        for _ in 0..<Self.mostEntries where cursor.remaining >= Self.block {
            let header = try cursor.array(Self.block)
            // Empty blocks end the archive.
            if header.allSatisfy({ $0 == 0 }) { break }
            guard Self.isHeader(header), let size = Self.octal(header[124..<136]) else {
                throw WeightsError.damaged("its tar header at byte \(cursor.offset - Self.block) is none")
            }
            let contents = try cursor.part(size)
            try cursor.skip(min(cursor.remaining, (Self.block - size % Self.block) % Self.block))
            let isFile = header[156] == UInt8(ascii: "0") || header[156] == 0
            var name = String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self)
            if name.hasPrefix("./") { name.removeFirst(2) }
            if isFile, files.updateValue(contents, forKey: name) != nil {
                throw WeightsError.damaged("its file \(name) is there twice")
            }
        }
        self.files = files
    }

    /// - Throws: `.damaged` if there is no such file.
    func contents(_ name: String) throws -> Bytes {
        guard let contents = files[name] else {
            throw WeightsError.damaged(
                "it is a tar archive without \"\(name)\"; PyTorch's have storages, tensors and pickle")
        }
        return contents
    }

    /// The sum of its bytes, those of the sum itself counted as spaces.
    private static func isHeader(_ header: [UInt8]) -> Bool {
        let sum = header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(header[$1])) }
        return octal(header[148..<156]) == sum
    }

    /// Digits between spaces and zero bytes; nil for anything else.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let text = field.drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
        return Int(String(decoding: text, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }
}
