// A zlib stream in several pieces of memory, taken apart into as many bytes as are asked for and no more: what a stream
// could grow to does not matter.

internal import CZlib

final class Inflater {
    /// Lies still: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var pieces: ArraySlice<UnsafeRawBufferPointer>
    private var hasEnded = false

    /// The most that deflate can shrink by (a length of 258 in two bits).
    static let greatestRatio = 1032

    /// - Parameter pieces: each below 4 GiB; they must outlive this.
    init(_ pieces: [UnsafeRawBufferPointer]) {
        self.pieces = pieces[...]
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit_(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            fatalError("out of memory for decompression")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Fills `target`.
    ///
    /// - Throws: `undecodable` when the stream is damaged or ends before.
    func read(into target: UnsafeMutableBufferPointer<UInt8>) throws(ImagesError) {
        guard try advance(into: target) == target.count else {
            throw ImagesError(.undecodable, "the image's data end too early")
        }
    }

    /// Reads to the end of the stream and its checksum. More data than were asked for are let pass, as others do.
    func finish() throws(ImagesError) {
        var rest: UInt8 = 0
        _ = try withUnsafeMutablePointer(to: &rest) { (rest) throws(ImagesError) in
            try advance(into: UnsafeMutableBufferPointer(start: rest, count: 1))
        }
    }

    /// - Returns: the bytes written: fewer than there is room for at the stream's end.
    private func advance(into target: UnsafeMutableBufferPointer<UInt8>) throws(ImagesError) -> Int {
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = uInt(target.count)
        while stream.pointee.avail_out > 0, !hasEnded {
            if stream.pointee.avail_in == 0 {
                guard let piece = pieces.popFirst() else {
                    throw ImagesError(.undecodable, "the image's data end too early")
                }
                // zlib only reads it.
                stream.pointee.next_in = UnsafeMutableRawPointer(mutating: piece.baseAddress)?
                    .assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_in = uInt(piece.count)
            }
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: hasEnded = true
            case Z_MEM_ERROR: fatalError("out of memory for decompression")
            case _:
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "no zlib stream"
                throw ImagesError(.undecodable, "the image's data are damaged: \(reason)")
            }
        }
        return target.count - Int(stream.pointee.avail_out)
    }
}
