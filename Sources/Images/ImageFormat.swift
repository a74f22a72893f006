// Which format a file is in, by its first bytes: names lie (data sets hold PNG files called .JPEG).

package enum ImageFormat: Sendable {
    case jpeg, png

    /// Lower case, without the dot: the names under which image files are looked for.
    package static let fileExtensions = ["jpg", "jpeg", "jfif", "png"]

    /// Formats that data sets also hold, told by how they begin, for a message that helps.
    private static let others: [(name: String, start: [UInt8])] = [
        ("GIF", Array("GIF8".utf8)), ("WebP", Array("RIFF".utf8)), ("BMP", Array("BM".utf8)),
        ("TIFF", [0x49, 0x49, 0x2a, 0]), ("TIFF", [0x4d, 0x4d, 0, 0x2a]),
        ("HTML", Array("<".utf8)),
    ]

    /// - Throws: `undecodable` for anything else.
    package init(_ bytes: UnsafeRawBufferPointer) throws(ImagesError) {
        if bytes.starts(with: [0xff, 0xd8]) {
            self = .jpeg
        } else if bytes.starts(with: PNGChunk.signature) {
            self = .png
        } else if bytes.isEmpty {
            throw ImagesError(.undecodable, "the file is empty")
        } else if let other = Self.others.first(where: { bytes.starts(with: $0.start) }) {
            throw ImagesError(.undecodable, "Not a JPEG or PNG image but \(other.name), it seems; convert it")
        } else {
            throw ImagesError(.undecodable, "Not a JPEG or PNG image")
        }
    }
}
