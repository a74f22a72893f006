// PNG bytes to RGB pixels, in memory that is reused from image to image: every form of the format, 1 to 16 bits,
// interlaced too. The pixels are those of PIL's convert("RGB"): of 16 bits the upper 8 count (grey too, which PIL would
// make white), and what is transparent shows the colour that it hides. Gamma and colour profiles are not applied. A
// damaged image is an error, never half an image. Owned by one thread.

internal import CKernels

package final class PNGDecoder {
    private var pixels = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

    package init() {}

    deinit { pixels.deallocate() }

    /// Decodes a file's bytes.
    ///
    /// - Throws: `ImagesError` of code `undecodable`.
    package func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagesError) -> Pixels {
        guard bytes.starts(with: PNGChunk.signature) else {
            throw ImagesError(.undecodable, bytes.isEmpty ? "the file is empty" : "not a PNG file")
        }
        let chunks = try PNGChunk.all(bytes)
        let header = try PNGHeader(chunks.first)
        let palette = try palette(chunks, header)
        let known = ["IHDR", "PLTE", "IDAT"]
        if let unknown = chunks.first(where: { $0.isCritical && !known.contains($0.type) }) {
            throw ImagesError(.undecodable, "the PNG chunk at byte \(unknown.offset) is of no known type")
        }
        let data = chunks.filter { $0.type == "IDAT" }.map(\.data)
        // Before memory is taken for what cannot come.
        guard header.dataBytes / Inflater.greatestRatio <= data.reduce(0, { $0 + $1.count }) else {
            throw ImagesError(
                .undecodable, "too few data for a PNG image of \(header.width) × \(header.height)")
        }
        let base = reserve(header.width * header.height * 3)
        try read(Inflater(data), header, palette, into: base)
        return Pixels(base: base, width: header.width, height: header.height)
    }

    /// 256 colours, black where the file has none.
    private func palette(_ chunks: [PNGChunk], _ header: PNGHeader) throws(ImagesError) -> [UInt8] {
        var palette = [UInt8](repeating: 0, count: 768)
        guard header.color == 3 else { return palette }
        guard let chunk = chunks.first(where: { $0.type == "PLTE" }) else {
            throw ImagesError(.undecodable, "the PNG image has no palette")
        }
        guard chunk.data.count.isMultiple(of: 3), chunk.data.count <= palette.count else {
            throw ImagesError(
                .undecodable, "the PNG palette at byte \(chunk.offset) has no whole number of colours")
        }
        palette.replaceSubrange(0..<chunk.data.count, with: chunk.data)
        return palette
    }

    private func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if count > pixels.count {
            pixels.deallocate()
            pixels = .allocate(capacity: count)
        }
        guard let base = pixels.baseAddress else { preconditionFailure("an image has pixels") }
        return base
    }

    private func read(
        _ stream: Inflater, _ header: PNGHeader, _ palette: [UInt8], into base: UnsafeMutablePointer<UInt8>
    ) throws(ImagesError) {
        // Two rows, each after its filter's number.
        let longest = 1 + header.rowBytes(header.width)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * longest)
        defer { memory.deallocate() }
        var (row, above) = (memory, memory + longest)
        for pass in header.passes {
            let count = header.rowBytes(pass.width)
            above.update(repeating: 0, count: longest)
            for y in 0..<pass.height {
                try stream.read(into: UnsafeMutableBufferPointer(start: row, count: 1 + count))
                let distance = Int32(header.pixelBytes)
                guard png_unfilter(Int32(row[0]), row + 1, above + 1, count, distance) == 0 else {
                    throw ImagesError(.undecodable, "a PNG row names a filter that there is not")
                }
                let target = base + ((pass.top + y * pass.down) * header.width + pass.left) * 3
                png_rgb_row(
                    row + 1, pass.width, Int32(header.color), Int32(header.depth), palette, target,
                    pass.across)
                swap(&row, &above)
            }
        }
        try stream.finish()
    }
}
