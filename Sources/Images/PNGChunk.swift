// The pieces of a PNG file: length u32be | type, 4 letters | data | CRC-32 of type and data, u32be.

internal import CZlib

struct PNGChunk {
    static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    let type: String
    /// Of the chunk in the file.
    let offset: Int
    let data: UnsafeRawBufferPointer

    /// A reader that does not know this one cannot show the image (section 5.4: the first letter is upper case).
    var isCritical: Bool { type.utf8.first.map { $0 & 0x20 == 0 } ?? true }

    /// The chunks of a file up to IEND, which is left out.
    ///
    /// - Throws: `undecodable` for a file that ends before, or a checksum that is wrong.
    static func all(_ bytes: UnsafeRawBufferPointer) throws(ImagesError) -> [PNGChunk] {
        var chunks: [PNGChunk] = []
        var offset = signature.count
        while true {
            guard offset + 12 <= bytes.count else { throw cut(bytes.count) }
            let length = bytes.bigEndian(at: offset)
            guard length <= bytes.count - offset - 12 else { throw cut(bytes.count) }
            let body = UnsafeRawBufferPointer(rebasing: bytes[offset + 4..<offset + 8 + length])
            let chunk = PNGChunk(
                type: String(decoding: body.prefix(4), as: UTF8.self), offset: offset,
                data: UnsafeRawBufferPointer(rebasing: body[4...]))
            let crc = crc32_z(0, body.baseAddress?.assumingMemoryBound(to: UInt8.self), body.count)
            guard Int(crc) == bytes.bigEndian(at: offset + 8 + length) else {
                throw ImagesError(
                    .undecodable, "the PNG chunk at byte \(offset) is damaged (its checksum is wrong)")
            }
            if chunk.type == "IEND" { return chunks }
            chunks.append(chunk)
            offset += 12 + length
        }
    }

    private static func cut(_ count: Int) -> ImagesError {
        ImagesError(.undecodable, "the PNG file ends too early, after \(count) bytes")
    }
}

extension UnsafeRawBufferPointer {
    /// 32 bits.
    func bigEndian(at offset: Int) -> Int { self[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
}
