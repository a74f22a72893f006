// PNG files of every form, made from samples: the test's own words of the specification, forwards.

import CZlib

struct TestPNG {
    var width = 13
    var height = 11
    /// 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
    var color = 2
    var depth = 8
    var isInterlaced = false
    /// Into how many chunks the data are cut.
    var pieces = 1
    /// What stands between header and data.
    var extra: [UInt8] = []

    var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][color]! }

    /// The sample of a channel: pseudorandom, of `depth` bits.
    func sample(_ x: Int, _ y: Int, _ channel: Int) -> Int {
        var state = UInt32(truncatingIfNeeded: (y * 4099 + x) * 17 + channel + 1)
        for _ in 0..<4 { state = state &* 1_664_525 &+ 1_013_904_223 }
        return Int(state >> 12) & ((1 << depth) - 1)
    }

    /// Red, green, blue of entry `index`.
    static func palette(_ index: Int) -> [UInt8] {
        [UInt8(index * 7 & 255), UInt8(255 - index), UInt8(index * 31 & 255)]
    }

    /// What a decoder is to make of it.
    var pixels: [UInt8] {
        (0..<height).flatMap { y in
            (0..<width).flatMap { x -> [UInt8] in
                func level(_ channel: Int) -> UInt8 {
                    let value = sample(x, y, channel)
                    return UInt8(depth == 16 ? value >> 8 : value * 255 / ((1 << depth) - 1))
                }
                switch color {
                case 3: return Self.palette(sample(x, y, 0))
                case 2, 6: return [level(0), level(1), level(2)]
                default: return [level(0), level(0), level(0)]
                }
            }
        }
    }

    var bytes: [UInt8] {
        let stream = Self.compressed(rows)
        let size = (stream.count + pieces - 1) / pieces
        let data = stride(from: 0, to: stream.count, by: size).flatMap {
            Self.chunk("IDAT", Array(stream[$0..<min($0 + size, stream.count)]))
        }
        let palette = color == 3 ? Self.chunk("PLTE", (0..<1 << depth).flatMap(Self.palette)) : []
        return Self.signature + header + palette + extra + data + Self.chunk("IEND", [])
    }

    static let signature: [UInt8] = [137, 80, 78, 71, 13, 10, 26, 10]

    var header: [UInt8] {
        Self.chunk(
            "IHDR",
            Self.number(width) + Self.number(height)
                + [UInt8(depth), UInt8(color), 0, 0, isInterlaced ? 1 : 0])
    }

    static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return number(data.count) + body + number(Int(crc32(0, body, uInt(body.count))))
    }

    static func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }

    static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var count = compressBound(uLong(bytes.count))
        var stream = [UInt8](repeating: 0, count: Int(count))
        compress(&stream, &count, bytes, uLong(bytes.count))
        return Array(stream[..<Int(count)])
    }

    /// All passes' rows, each with a filter; the five take turns.
    var rows: [UInt8] {
        let passes =
            isInterlaced
            ? [
                (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                (0, 1, 1, 2),
            ]
            : [(0, 0, 1, 1)]
        var rows: [UInt8] = []
        for (left, top, across, down) in passes where left < width && top < height {
            var above: [UInt8]?
            for (number, y) in stride(from: top, to: height, by: down).enumerated() {
                let row = packed(stride(from: left, to: width, by: across).map { $0 }, y)
                rows += [UInt8(number % 5)] + filtered(row, above ?? row.map { _ in 0 }, number % 5)
                above = row
            }
        }
        return rows
    }

    private func packed(_ columns: [Int], _ y: Int) -> [UInt8] {
        let samples = columns.flatMap { x in (0..<channels).map { sample(x, y, $0) } }
        if depth == 16 { return samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }
        let perByte = 8 / depth
        return stride(from: 0, to: samples.count, by: perByte).map { start in
            (0..<perByte).reduce(0) { byte, i in
                byte << depth | UInt8(start + i < samples.count ? samples[start + i] : 0)
            }
        }
    }

    private func filtered(_ row: [UInt8], _ above: [UInt8], _ filter: Int) -> [UInt8] {
        let distance = max(1, channels * depth / 8)
        return row.indices.map { i in
            let a = i < distance ? 0 : Int(row[i - distance])
            let b = Int(above[i])
            let c = i < distance ? 0 : Int(above[i - distance])
            let p = a + b - c
            let nearest = [a, b, c].min { (abs(p - $0)) < abs(p - $1) }!
            return row[i] &- UInt8([0, a, b, (a + b) / 2, nearest][filter])
        }
    }
}
