// A zip archive of stored entries as PyTorch writes them (see ZipArchive): the bytes of each begin at a multiple of 64, so
// that a mapped file can be used in place; a private extra field makes the room. Zip64 where it must be. The same
// entries always give the same bytes.

internal import CZlib

struct ZipWriter {
    private struct Entry {
        let name: [UInt8]
        let crc: UInt32
        let size: UInt64
        let offset: UInt64
    }

    private enum Version {
        static let plain: UInt16 = 20
        static let zip64: UInt16 = 45
    }

    private static let alignment = 64
    /// PyTorch's own number for padding, "FB".
    private static let padding: UInt16 = 0x4246
    private static let names8: UInt16 = 0x0800
    /// 1 January 1980, the first day that zip knows.
    private static let date: UInt16 = 0x21

    private let file: OutputFile
    private let limit: UInt64
    private var entries: [Entry] = []

    /// - Parameter limit: what does not fit a field of 32 bits; smaller in tests.
    init(_ file: OutputFile, limit: UInt64 = 0xffff_ffff) { (self.file, self.limit) = (file, limit) }

    mutating func add(_ name: String, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try add(name, $0) }
    }

    mutating func add(_ name: String, _ bytes: UnsafeRawBufferPointer) throws {
        let crc = UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress, bytes.count))
        let entry = Entry(
            name: Array(name.utf8), crc: crc, size: UInt64(bytes.count), offset: UInt64(file.count))
        entries.append(entry)
        let isLong = entry.size >= limit
        var extra: [UInt8] = []
        if isLong {
            extra.append(littleEndian: 1 as UInt16)
            extra.append(littleEndian: 16 as UInt16)
            extra.append(littleEndian: entry.size)
            extra.append(littleEndian: entry.size)
        }
        let start = file.count + 30 + entry.name.count + extra.count + 4
        let gap = (Self.alignment - start % Self.alignment) % Self.alignment
        extra.append(littleEndian: Self.padding)
        extra.append(littleEndian: UInt16(gap))
        extra += Array(repeating: UInt8(ascii: "Z"), count: gap)

        var header: [UInt8] = []
        header.append(littleEndian: 0x0403_4b50 as UInt32)
        header += Self.common(entry, isLong: isLong, sizes: isLong ? 0xffff_ffff : UInt32(entry.size))
        header.append(littleEndian: UInt16(extra.count))
        try file.write(header + entry.name + extra)
        try file.write(bytes)
    }

    /// Forty digits that follow from the names and checksums so far, as PyTorch's serialization_id.
    var identity: [UInt8] {
        var sums: [UInt8] = []
        for entry in entries { sums.append(littleEndian: entry.crc) }
        return [entries.flatMap(\.name), sums].flatMap { bytes in
            let digits = Array("\(crc32_z(0, bytes, bytes.count))".utf8)
            return Array(repeating: UInt8(ascii: "0"), count: 20 - digits.count) + digits
        }
    }

    /// Writes the directory. Call it once, last.
    func finish() throws {
        let start = UInt64(file.count)
        for entry in entries { try file.write(directoryEntry(entry)) }
        let size = UInt64(file.count) - start
        var end: [UInt8] = []
        let isLong = start >= limit || size >= limit || entries.count >= 0xffff
        if isLong {
            let record = UInt64(file.count)
            end.append(littleEndian: 0x0606_4b50 as UInt32)
            end.append(littleEndian: 44 as UInt64)
            end.append(littleEndian: Version.zip64)
            end.append(littleEndian: Version.zip64)
            end.append(littleEndian: 0 as UInt64)
            for number in [UInt64(entries.count), UInt64(entries.count), size, start] {
                end.append(littleEndian: number)
            }
            end.append(littleEndian: 0x0706_4b50 as UInt32)
            end.append(littleEndian: 0 as UInt32)
            end.append(littleEndian: record)
            end.append(littleEndian: 1 as UInt32)
        }
        end.append(littleEndian: 0x0605_4b50 as UInt32)
        end.append(littleEndian: 0 as UInt32)
        for _ in 0..<2 { end.append(littleEndian: isLong ? 0xffff : UInt16(entries.count)) }
        for number in [size, start] { end.append(littleEndian: isLong ? 0xffff_ffff : UInt32(number)) }
        end.append(littleEndian: 0 as UInt16)
        try file.write(end)
    }

    private func directoryEntry(_ entry: Entry) -> [UInt8] {
        let isLong = entry.size >= limit || entry.offset >= limit
        var extra: [UInt8] = []
        if isLong {
            extra.append(littleEndian: 1 as UInt16)
            extra.append(littleEndian: 24 as UInt16)
            for number in [entry.size, entry.size, entry.offset] { extra.append(littleEndian: number) }
        }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: 0x0201_4b50 as UInt32)
        bytes.append(littleEndian: Version.zip64)
        bytes += Self.common(entry, isLong: isLong, sizes: isLong ? 0xffff_ffff : UInt32(entry.size))
        bytes.append(littleEndian: UInt16(extra.count))
        // No comment, first disk, no attributes.
        bytes += Array(repeating: 0, count: 10)
        bytes.append(littleEndian: isLong ? 0xffff_ffff : UInt32(entry.offset))
        return bytes + entry.name + extra
    }

    /// What both headers of an entry have: from the version to the name's length.
    private static func common(_ entry: Entry, isLong: Bool, sizes: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: isLong ? Version.zip64 : Version.plain)
        bytes.append(littleEndian: names8)
        // Stored, at midnight.
        bytes.append(littleEndian: 0 as UInt32)
        bytes.append(littleEndian: date)
        bytes.append(littleEndian: entry.crc)
        bytes.append(littleEndian: sizes)
        bytes.append(littleEndian: sizes)
        bytes.append(littleEndian: UInt16(entry.name.count))
        return bytes
    }
}
