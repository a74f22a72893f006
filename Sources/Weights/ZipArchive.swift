// A zip archive of stored entries (PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.3), zip64 included, as PyTorch writes them:
//
//     local header, name, extra, bytes, [descriptor]   for every entry, the bytes uncompressed
//     central directory                                 name, size, CRC-32 and place of each
//     [zip64 record, zip64 locator], end record         where the directory lies
//
// The directory is the truth. Entries lie one after the other in front of it and share no byte, so an archive is never
// more than its file.

internal import CZlib

struct ZipArchive {
    struct Entry {
        let name: String
        let crc: UInt32
        let bytes: Bytes
        /// Neither compressed nor encrypted.
        let isPlain: Bool
        /// From its local header to its last byte.
        let extent: Range<Int>
    }

    private static let largestDirectory = 1 << 22
    private let entries: [String: Entry]

    /// In no order.
    var names: [String] { Array(entries.keys) }

    /// Reads the directory and checks where everything lies.
    /// - Throws: `.damaged`, `.io`.
    init(_ bytes: Bytes) throws {
        let directory = try Self.directory(of: bytes)
        var cursor = ByteCursor(try bytes.part(at: directory.lowerBound, count: directory.count))
        var entries: [String: Entry] = [:]
        while !cursor.isAtEnd {
            let entry = try Self.entry(&cursor, in: bytes, before: directory.lowerBound)
            guard entries.updateValue(entry, forKey: entry.name) == nil else {
                throw WeightsError.damaged("its entry \(entry.name) is there twice")
            }
        }
        var end = 0
        for entry in entries.values.sorted(by: { $0.extent.lowerBound < $1.extent.lowerBound }) {
            guard entry.extent.lowerBound >= end else {
                throw WeightsError.damaged("its entry \(entry.name) overlaps another")
            }
            end = entry.extent.upperBound
        }
        self.entries = entries
    }

    /// An entry's bytes, whose checksum is right; nil if there is no such entry.
    /// - Throws: `.damaged`; `.unsupported` for an entry that is compressed or encrypted; `.io`.
    func contents(_ name: String) throws -> Bytes? {
        guard let entry = entries[name] else { return nil }
        guard entry.isPlain else {
            throw WeightsError.unsupported(
                "its entry \(name) is compressed or encrypted; torch.save stores it as it is")
        }
        var crc: UInt = 0
        try entry.bytes.forEachPiece { crc = crc32_z(crc, $0.baseAddress, $0.count) }
        guard crc == entry.crc else {
            throw WeightsError.damaged("the checksum of its entry \(name) is wrong")
        }
        return entry.bytes
    }

    // MARK: - Records

    private static func directory(of bytes: Bytes) throws -> Range<Int> {
        // 22 bytes and a comment of up to 65535.
        let tail = min(bytes.count, 22 + 65535)
        let start = bytes.count - tail
        let last = try bytes.array(at: start, count: tail)
        let signature: [UInt8] = [0x50, 0x4b, 5, 6]
        let found = stride(from: tail - 22, through: 0, by: -1).first { place in
            last[place...].starts(with: signature)
                && place + 22 + Int(last[place + 20]) + Int(last[place + 21]) << 8 == tail
        }
        guard let found else {
            throw WeightsError.damaged("it is cut off: a zip archive ends with a directory")
        }
        var cursor = ByteCursor(try bytes.part(at: start + found, count: 22))
        try cursor.skip(12)
        var size = UInt64(try cursor.littleEndian(UInt32.self))
        var offset = UInt64(try cursor.littleEndian(UInt32.self))
        var end = start + found
        if end >= 20 {
            var locator = ByteCursor(try bytes.part(at: end - 20, count: 20))
            if try locator.littleEndian(UInt32.self) == 0x0706_4b50 {
                try locator.skip(4)
                end = try index(try locator.littleEndian(UInt64.self))
                var record = ByteCursor(try bytes.part(at: end, count: 56))
                guard try record.littleEndian(UInt32.self) == 0x0606_4b50 else {
                    throw WeightsError.damaged("its zip64 directory is not where it says")
                }
                try record.skip(36)
                size = try record.littleEndian(UInt64.self)
                offset = try record.littleEndian(UInt64.self)
            }
        }
        let (first, length) = (try index(offset), try index(size))
        guard first <= end, length == end - first, length <= largestDirectory else {
            throw WeightsError.damaged(
                "its directory of \(size) bytes at \(offset) does not end where it should, at \(end)")
        }
        return first..<end
    }

    private static func index(_ value: UInt64) throws -> Int {
        guard let index = Int(exactly: value) else {
            throw WeightsError.damaged("it says \(value) where a place is wanted")
        }
        return index
    }

    /// One entry of the directory, and the local header that it points to.
    private static func entry(_ cursor: inout ByteCursor, in bytes: Bytes, before end: Int) throws -> Entry {
        guard try cursor.littleEndian(UInt32.self) == 0x0201_4b50 else {
            throw WeightsError.damaged("its directory has something else than entries")
        }
        try cursor.skip(4)
        let flags = try cursor.littleEndian(UInt16.self)
        let method = try cursor.littleEndian(UInt16.self)
        try cursor.skip(4)
        let crc = try cursor.littleEndian(UInt32.self)
        var stored = UInt64(try cursor.littleEndian(UInt32.self))
        var size = UInt64(try cursor.littleEndian(UInt32.self))
        let lengths = (
            name: Int(try cursor.littleEndian(UInt16.self)), extra: Int(try cursor.littleEndian(UInt16.self)),
            comment: Int(try cursor.littleEndian(UInt16.self))
        )
        try cursor.skip(8)
        var offset = UInt64(try cursor.littleEndian(UInt32.self))
        let rawName = try cursor.array(lengths.name)
        let name = String(decoding: rawName, as: UTF8.self)
        var extra = ByteCursor(try cursor.part(lengths.extra))
        try cursor.skip(lengths.comment)
        while extra.remaining >= 4 {
            let kind = try extra.littleEndian(UInt16.self)
            var field = ByteCursor(try extra.part(Int(try extra.littleEndian(UInt16.self))))
            guard kind == 1 else { continue }
            // Those that did not fit, in this order.
            if size == 0xffff_ffff { size = try field.littleEndian(UInt64.self) }
            if stored == 0xffff_ffff { stored = try field.littleEndian(UInt64.self) }
            if offset == 0xffff_ffff { offset = try field.littleEndian(UInt64.self) }
        }
        let isPlain = method == 0 && flags & 1 == 0
        guard !isPlain || stored == size else {
            throw WeightsError.damaged("its entry \(name) is stored, and not of its own size")
        }

        let header = try index(offset)
        var local = ByteCursor(try bytes.part(at: header, count: 30))
        guard try local.littleEndian(UInt32.self) == 0x0403_4b50 else {
            throw WeightsError.damaged("its entry \(name) is not where the directory says")
        }
        try local.skip(22)
        let nameLength = Int(try local.littleEndian(UInt16.self))
        let start = header + 30 + nameLength + Int(try local.littleEndian(UInt16.self))
        guard try bytes.array(at: header + 30, count: nameLength) == rawName else {
            throw WeightsError.damaged("its entry \(name) has another name in front of its bytes")
        }
        let contents = try bytes.part(at: start, count: try index(stored))
        guard start + contents.count <= end else {
            throw WeightsError.damaged("its entry \(name) reaches into the directory")
        }
        return Entry(
            name: name, crc: crc, bytes: contents, isPlain: isPlain, extent: header..<start + contents.count)
    }
}
