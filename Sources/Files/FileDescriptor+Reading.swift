// Bytes at a place in a file, however few the system gives out at a time.

package import SystemPackage

extension FileDescriptor {
    /// Fills the buffer from the offset on.
    /// - Returns: how many bytes there were: fewer than there is room for at the file's end.
    /// - Throws: `Errno`.
    package func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = try read(fromAbsoluteOffset: offset + Int64(filled), into: rest)
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}
