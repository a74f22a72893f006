// A second opinion on PNG files: only what the encoder writes, but each byte of it looked at.

import CZlib
import Images

struct PNGReader {
    struct Malformed: Error { let what: String }

    let colorType: UInt8
    let image: Image

    init(_ png: [UInt8]) throws {
        func check(_ fact: Bool, _ what: String) throws { if !fact { throw Malformed(what: what) } }
        func number(_ start: Int) -> Int { png[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }

        try check(png.starts(with: [137, 80, 78, 71, 13, 10, 26, 10]), "signature")
        var chunks: [(type: String, data: ArraySlice<UInt8>)] = []
        var offset = 8
        while offset < png.count {
            try check(offset + 12 <= png.count, "a chunk is cut off")
            let length = number(offset)
            let end = offset + 8 + length
            try check(end + 4 <= png.count, "a chunk is cut off")
            let type = String(decoding: png[offset + 4..<offset + 8], as: UTF8.self)
            try check(number(end) == Self.crc(png[offset + 4..<end]), "the checksum of \(type)")
            chunks.append((type, png[offset + 8..<end]))
            offset = end + 4
        }
        try check(chunks.map(\.type) == ["IHDR", "IDAT", "IEND"], "chunks \(chunks.map(\.type))")
        let header = Array(chunks[0].data)
        let (width, height) = (number(16), number(20))
        try check(header.count == 13 && header[8] == 8 && header[10...] == [0, 0, 0], "IHDR \(header)")
        try check([0, 2].contains(header[9]), "colour type \(header[9])")
        try check(chunks[2].data.isEmpty, "IEND is empty")
        colorType = header[9]

        let channels = colorType == 0 ? 1 : 3
        let rowBytes = width * channels
        var rows = [UInt8](repeating: 0, count: height * (rowBytes + 1))
        var count = uLong(rows.count)
        let stream = Array(chunks[1].data)
        try check(uncompress(&rows, &count, stream, uLong(stream.count)) == Z_OK, "the zlib stream")
        try check(Int(count) == rows.count, "\(count) bytes of rows instead of \(rows.count)")
        let samples = try Self.unfilter(rows, rowBytes, channels)
        image = Image(
            width: width, height: height,
            pixels: channels == 3 ? samples : samples.flatMap { [$0, $0, $0] })
    }

    /// Paeth's filter taken back: the specification's words, section 9.4.
    private static func unfilter(_ rows: [UInt8], _ rowBytes: Int, _ channels: Int) throws -> [UInt8] {
        var samples: [UInt8] = []
        for start in stride(from: 0, to: rows.count, by: rowBytes + 1) {
            guard rows[start] == 4 else { throw Malformed(what: "filter \(rows[start])") }
            for i in 0..<rowBytes {
                let (here, first) = (samples.count, start == 0)
                let a = i < channels ? 0 : Int(samples[here - channels])
                let b = first ? 0 : Int(samples[here - rowBytes])
                let c = first || i < channels ? 0 : Int(samples[here - rowBytes - channels])
                let p = a + b - c
                let (pa, pb, pc) = (abs(p - a), abs(p - b), abs(p - c))
                let predicted = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
                samples.append(rows[start + 1 + i] &+ UInt8(predicted))
            }
        }
        return samples
    }

    /// CRC-32 bit by bit (ISO 3309).
    private static func crc(_ bytes: ArraySlice<UInt8>) -> Int {
        var crc: UInt32 = .max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        return Int(~crc)
    }
}
