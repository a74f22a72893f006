// The calls that a process changed files with, in their order, as faults.c has noted them down.

import Foundation
import SystemPackage

struct DiskJournal {
    enum Call {
        /// Made where it was missing.
        case open(FilePath, empties: Bool)
        case write(FilePath, offset: Int, Data)
        case resize(FilePath, size: Int)
        case sync(FilePath)
        /// The pages count as written from then on, though they are not.
        case failedSync(FilePath)
        case rename(FilePath, FilePath)
        case exchange(FilePath, FilePath)
        case link(FilePath, FilePath)
        case remove(FilePath)
        case makeFolder(FilePath)
    }

    private(set) var calls: [Call] = []

    /// - Parameter path: the file; what the end of its process has torn off is left out.
    init(_ path: FilePath) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path.string))
        var rest = data[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let fields = String(decoding: rest[..<end], as: UTF8.self)
                .split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 5, let number = Int(fields[1]), let length = Int(fields[2]) else {
                throw Damage(line: fields.joined(separator: " "))
            }
            rest = rest[(end + 1)...]
            guard rest.count >= length else { return }
            let bytes = Data(rest.prefix(length))
            rest = rest.dropFirst(length)
            calls.append(try Self.call(fields[0], number, bytes, FilePath(fields[3]), FilePath(fields[4])))
        }
    }

    private static func call(
        _ name: String, _ number: Int, _ bytes: Data, _ path: FilePath, _ other: FilePath
    ) throws -> Call {
        switch name {
        case "open": .open(path, empties: number == 1)
        case "write": .write(path, offset: number, bytes)
        case "ftruncate": .resize(path, size: number)
        case "fsync": number == 0 ? .sync(path) : .failedSync(path)
        case "rename": number == 0 ? .rename(path, other) : .exchange(path, other)
        case "link": .link(path, other)
        case "unlink", "rmdir": .remove(path)
        case "mkdir": .makeFolder(path)
        default: throw Damage(line: name)
        }
    }

    struct Damage: Error {
        let line: String
    }
}
