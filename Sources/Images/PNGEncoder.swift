// Pixels to PNG bytes (PNG Specification, third edition, W3C 2025), lossless, the same bytes every time for the same
// zlib. Always 8 bits a sample, not interlaced, in four pieces:
//
//   signature | IHDR width, height, form | IDAT zlib stream of filtered rows | IEND
//   where a chunk is: length u32be | type, 4 letters | data | CRC-32 of type and data, u32be

internal import CZlib

package struct PNGEncoder: Sendable {
    /// zlib's effort, 1 (fast) ... 9 (small).
    package var level: Int

    package init(level: Int = 6) {
        precondition((1...9).contains(level), "zlib has levels 1 to 9")
        self.level = level
    }

    /// The longest side and the longest chunk that the format allows.
    private static let limit = Int(Int32.max)

    /// An image without colour is stored as grey, a third of the bytes: the pixels come back the same.
    ///
    /// - Throws: `ImagesError` of code `unencodable`: a side of 0, or 2 GiB and more.
    package func encode(_ image: Image) throws(ImagesError) -> [UInt8] {
        guard image.width > 0, image.height > 0, image.pixels.count + image.height <= Self.limit else {
            throw Self.failure(image, "PNG needs at least a pixel and less than 2 GiB")
        }
        let grey = image.isGrey
        let form: [UInt8] = [
            8,  // bits per sample
            grey ? 0 : 2,  // greyscale or truecolour
            0, 0, 0,  // deflate, a filter named by each row, not interlaced
        ]
        var png = PNGChunk.signature
        png.append(chunk: "IHDR", bigEndian(image.width) + bigEndian(image.height) + form)
        png.append(chunk: "IDAT", try compressed(image, channels: grey ? 1 : 3))
        png.append(chunk: "IEND", [])
        return png
    }

    private func compressed(_ image: Image, channels: Int) throws(ImagesError) -> [UInt8] {
        let rows = image.paethRows(channels: channels)
        var count = compressBound(uLong(rows.count))
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let result = czlib_compress_filtered(&bytes, &count, rows, uLong(rows.count), Int32(level))
        guard result == Z_OK else { throw Self.failure(image, String(cString: zError(result))) }
        guard count <= Self.limit else { throw Self.failure(image, "PNG holds less than 2 GiB") }
        bytes.removeLast(bytes.count - Int(count))
        return bytes
    }

    private static func failure(_ image: Image, _ reason: String) -> ImagesError {
        ImagesError(.unencodable, "an image of \(image.width) × \(image.height): \(reason)")
    }
}

extension [UInt8] {
    fileprivate mutating func append(chunk type: StaticString, _ data: [UInt8]) {
        self += bigEndian(data.count)
        let start = count
        type.withUTF8Buffer { append(contentsOf: $0) }
        self += data
        let crc = self[start...].withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
        self += bigEndian(Int(crc))
    }
}

/// The low 32 bits.
private func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}
