// What zlib or gzip packed, whole and bounded: a small file can grow a thousandfold.

internal import CZlib

enum Inflation {
    /// - Parameters:
    ///   - name: for messages.
    ///   - most: bytes that it may come to.
    /// - Throws: `PreparationError.invalid`.
    static func unpacked(_ name: String, _ bytes: some Collection<UInt8>, most: Int) throws -> [UInt8] {
        // Lies still: zlib keeps its address.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        stream.initialize(to: z_stream())
        // 15: the largest window; 32: zlib's or gzip's header, as found.
        guard inflateInit2_(stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            fatalError("out of memory for decompression")
        }
        defer { inflateEnd(stream) }
        var input = Array(bytes)
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        return try input.withUnsafeMutableBufferPointer { input in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = uInt(input.count)
            while true {
                let (result, count) = chunk.withUnsafeMutableBufferPointer { chunk in
                    stream.pointee.next_out = chunk.baseAddress
                    stream.pointee.avail_out = uInt(chunk.count)
                    let result = inflate(stream, Z_NO_FLUSH)
                    return (result, chunk.count - Int(stream.pointee.avail_out))
                }
                output += chunk[..<count]
                guard output.count <= most else {
                    throw PreparationError(.invalid, "\(name) unpacks to more than \(most >> 20) MiB")
                }
                if result == Z_STREAM_END { return output }
                guard result == Z_OK, count > 0 || stream.pointee.avail_in > 0 else {
                    throw PreparationError(
                        .invalid, "\(name) is damaged: it cannot be unpacked; fetch it anew")
                }
            }
        }
    }
}
