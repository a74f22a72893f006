// The IHDR chunk of a PNG file, and what follows from it: how many bytes a row has, and in which passes the rows come.

internal import CJPEG

struct PNGHeader {
    /// The grid of pixels that one pass fills; without interlacing there is one pass of all.
    struct Pass {
        let left: Int
        let top: Int
        /// From pixel to pixel, across and down.
        let across: Int
        let down: Int
        let width: Int
        let height: Int
    }

    /// As libjpeg has it; so an image in either format may be as large.
    private static let longestSide = 65500
    /// left, top, across, down (section 8.1).
    private static let adam7 = [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]
    private static let depths: [UInt8: [UInt8]] = [
        0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
    ]

    let width: Int
    let height: Int
    /// 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
    let color: Int
    /// Bits a sample.
    let depth: Int
    let isInterlaced: Bool

    /// - Throws: `undecodable` for what the format does not have, and for images of absurd size.
    init(_ chunk: PNGChunk?) throws(ImagesError) {
        guard let chunk, chunk.type == "IHDR", chunk.data.count == 13 else {
            throw ImagesError(.undecodable, "the PNG file does not begin with its header")
        }
        (width, height) = (chunk.data.bigEndian(at: 0), chunk.data.bigEndian(at: 4))
        let (depth, color) = (chunk.data[8], chunk.data[9])
        guard Self.depths[color]?.contains(depth) == true, chunk.data[10] == 0, chunk.data[11] == 0,
            chunk.data[12] <= 1
        else {
            throw ImagesError(.undecodable, "the PNG header names a form of image that there is not")
        }
        (self.depth, self.color, isInterlaced) = (Int(depth), Int(color), chunk.data[12] == 1)
        guard width > 0, height > 0 else { throw ImagesError(.undecodable, "a PNG image without pixels") }
        guard max(width, height) <= Self.longestSide, width * height <= CJPEG_MAX_PIXELS else {
            throw ImagesError(
                .undecodable,
                "a PNG image of \(width) × \(height); sides up to 65500 and 400 million pixels are read")
        }
    }

    private var channels: Int { (color == 2 || color == 6 ? 3 : 1) + (color >= 4 ? 1 : 0) }

    /// From a pixel to the next, for filters: at least 1.
    var pixelBytes: Int { max(1, channels * depth / 8) }

    /// Without the filter's.
    func rowBytes(_ pixels: Int) -> Int { (pixels * channels * depth + 7) / 8 }

    var passes: [Pass] {
        guard isInterlaced else {
            return [Pass(left: 0, top: 0, across: 1, down: 1, width: width, height: height)]
        }
        return Self.adam7.compactMap { left, top, across, down in
            let columns = (width - left + across - 1) / across
            let rows = (height - top + down - 1) / down
            guard columns > 0, rows > 0 else { return nil }
            return Pass(left: left, top: top, across: across, down: down, width: columns, height: rows)
        }
    }

    /// Of all rows with their filters' numbers.
    var dataBytes: Int { passes.reduce(0) { $0 + $1.height * (1 + rowBytes($1.width)) } }
}
