// Tar archives made for tests, also such as no program makes.

struct Tar {
    private(set) var bytes: [UInt8] = []

    /// - Parameters:
    ///   - type: "0" a file, "2" a link, "5" a folder, "L" a long name, "x" an extended header.
    ///   - size: what the header says, in place of the truth.
    ///   - field: the size's whole field.
    mutating func add(
        _ name: String, _ data: [UInt8] = [], type: Character = "0", size: Int? = nil, field: [UInt8]? = nil,
        prefix: String = ""
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Collection<UInt8>, _ offset: Int) {
            header.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        put(Array(name.utf8).prefix(100), 0)
        put(Array("0000644".utf8), 100)
        let digits = String(size ?? data.count, radix: 8)
        put(field ?? Array((String(repeating: "0", count: max(0, 11 - digits.count)) + digits).utf8), 124)
        put([type.asciiValue ?? 0], 156)
        put(Array("ustar\u{0}00".utf8), 257)
        put(Array(prefix.utf8), 345)
        put([UInt8](repeating: 0x20, count: 8), 148)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        put(Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 0x20], 148)
        bytes += header + data + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
    }

    /// With the two blocks that end an archive.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
