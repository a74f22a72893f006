// A log as it grows: whole or from its last lines on, over a file that comes later, is replaced, or is cut.

import Foundation
import SystemPackage

struct LogTail {
    private let path: FilePath
    private let lines: Int?
    private var file: FileDescriptor?
    /// Up to where it has been read.
    private var offset: Int64 = 0
    private var hasBegun = false

    /// - Parameter lines: of what is there at first, only these last ones.
    init(_ path: FilePath, lines: Int?) { (self.path, self.lines) = (path, lines) }

    /// Whether there has been a file.
    var exists: Bool { hasBegun }

    /// Hands over everything that is new, in parts of at most 64 KiB.
    /// - Throws: `Errno`, and what `take` throws.
    mutating func read(_ take: (ArraySlice<UInt8>) throws -> Void) throws {
        while true {
            guard let file = try file ?? open() else { return }
            if try file.size < offset { offset = 0 }
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = try chunk.withUnsafeMutableBytes({
                try file.read(fromAbsoluteOffset: offset, into: $0)
            }), count > 0 {
                offset += Int64(count)
                try take(chunk[..<count])
            }
            // Only after the old file's end: what was written before it was replaced is not lost.
            guard let now = try? path.stat(), try file.stat().inode != now.inode else { return }
            try close()
        }
    }

    mutating func close() throws {
        try file?.close()
        (file, offset) = (nil, 0)
    }

    /// Nil if there is none yet.
    private mutating func open() throws -> FileDescriptor? {
        do {
            let opened = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            file = opened
            if let lines, !hasBegun { offset = try opened.start(ofLast: lines) }
            hasBegun = true
            return opened
        } catch Errno.noSuchFileOrDirectory {
            return nil
        }
    }
}

extension FileDescriptor {
    fileprivate var size: Int64 { get throws { Int64(try stat().size) } }

    /// Where the last `lines` lines begin; a last line without its end counts.
    fileprivate func start(ofLast lines: Int) throws -> Int64 {
        var end = try size
        guard lines > 0, end > 0 else { return lines > 0 ? 0 : end }
        // The newline at the very end ends the last line.
        var missing = lines
        var position = end - 1
        while end > 0 {
            let start = max(0, end - 0x10000)
            var block = [UInt8](repeating: 0, count: Int(end - start))
            let count = try block.withUnsafeMutableBytes { try read(fromAbsoluteOffset: start, into: $0) }
            for index in block[..<count].indices.reversed() where start + Int64(index) < position {
                if block[index] == 0x0a {
                    missing -= 1
                    if missing == 0 { return start + Int64(index) + 1 }
                }
            }
            position = start
            end = start
        }
        return 0
    }
}
