// A folder as the kernel shows it and as the disk has it, from a journal of calls. The rules are those of POSIX, which are
// harder than any one file system's:
//
// 1. A file's bytes are on the disk once the file was synced; before, some of them may be, or none, or zeros.
// 2. A name, its change and its end are on the disk once the folder that holds it was synced; before, each of them may be,
//    in any order. A rename is on the disk as a whole.
// 3. A sync that fails leaves the bytes where they are and takes them for written: no later sync brings them to the disk.

import Foundation
import SystemPackage

final class RecordedDisk {
    /// What a power cut does to that which is not synced.
    enum Loss: CaseIterable {
        /// Gone.
        case everything
        /// Names are there, bytes are not: new files are empty.
        case bytes
        /// Names and sizes are there, bytes are zeros.
        case bytesToZeros
        /// Each name and each file by itself: there, gone, torn, zeros.
        case anything
        /// Nothing: not a power cut at all.
        case nothing
    }

    private final class Node {
        let isFolder: Bool
        /// As the kernel shows them.
        var names: [String: Node] = [:]
        var bytes = Data()
        /// As the disk has them.
        var durableNames: [String: Node] = [:]
        var durableBytes = Data()
        /// Written since the last sync, in order.
        var dirty: [Range<Int>] = []
        /// Taken for written by a sync that failed.
        var lost: [Range<Int>] = []

        init(isFolder: Bool) { self.isFolder = isFolder }

        var isSynced: Bool { dirty.isEmpty && lost.isEmpty && bytes.count == durableBytes.count }
    }

    /// What one call did to names, as a whole.
    private struct Change {
        var entries: [(folder: Node, name: String, node: Node?)]
    }

    private let path: FilePath
    private let root: Node
    /// Not on the disk yet.
    private var changes: [Change] = []

    /// A folder as it lies there, all of it on the disk.
    init(_ path: FilePath) throws {
        (self.path, root) = (path, try Self.read(path))
    }

    private static func read(_ path: FilePath) throws -> Node {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder)
        let node = Node(isFolder: isFolder.boolValue)
        if node.isFolder {
            for name in try FileManager.default.contentsOfDirectory(atPath: path.string) {
                node.names[name] = try read(path.appending(name))
            }
            node.durableNames = node.names
        } else {
            node.bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
            node.durableBytes = node.bytes
        }
        return node
    }

    // MARK: Calls

    /// - Throws: `Missing`: the journal is not of this folder.
    func apply(_ call: DiskJournal.Call) throws {
        switch call {
        case .open(let path, let empties):
            let (folder, name) = try place(path)
            let node = folder.names[name] ?? Node(isFolder: false)
            if folder.names[name] == nil { change([(folder, name, node)]) }
            if empties { (node.bytes, node.dirty, node.lost) = (Data(), [], []) }
        case .write(let path, let offset, let bytes):
            // A file that has lost its name is nobody's any more.
            guard let node = try? self.node(path) else { return }
            let end = offset + bytes.count
            if node.bytes.count < end { node.bytes.append(Data(count: end - node.bytes.count)) }
            node.bytes.replaceSubrange(offset..<end, with: bytes)
            node.dirty.append(offset..<end)
            node.lost.removeAll { offset <= $0.lowerBound && $0.upperBound <= end }
        case .resize(let path, let size):
            guard let node = try? self.node(path) else { return }
            node.bytes = node.bytes.prefix(size) + Data(count: max(0, size - node.bytes.count))
            node.dirty = node.dirty.map { $0.clamped(to: 0..<size) }.filter { !$0.isEmpty }
            node.lost = node.lost.map { $0.clamped(to: 0..<size) }.filter { !$0.isEmpty }
        case .sync(let path): try sync(try node(path))
        case .failedSync(let path):
            let node = try node(path)
            (node.lost, node.dirty) = (node.lost + node.dirty, [])
        case .rename(let path, let other):
            let ((folder, name), (otherFolder, otherName)) = (try place(path), try place(other))
            change([(otherFolder, otherName, try node(path)), (folder, name, nil)])
        case .exchange(let path, let other):
            let ((folder, name), (otherFolder, otherName)) = (try place(path), try place(other))
            change([(otherFolder, otherName, try node(path)), (folder, name, try node(other))])
        case .link(let path, let other):
            let (folder, name) = try place(other)
            change([(folder, name, try node(path))])
        case .remove(let path):
            let (folder, name) = try place(path)
            change([(folder, name, nil)])
        case .makeFolder(let path):
            let (folder, name) = try place(path)
            change([(folder, name, Node(isFolder: true))])
        }
    }

    private func change(_ entries: [(folder: Node, name: String, node: Node?)]) {
        for entry in entries { entry.folder.names[entry.name] = entry.node }
        changes.append(Change(entries: entries))
    }

    private func sync(_ node: Node) throws {
        if node.isFolder {
            let isConcerned = { (change: Change) in change.entries.contains { $0.folder === node } }
            for change in changes where isConcerned(change) {
                for entry in change.entries { entry.folder.durableNames[entry.name] = entry.node }
            }
            changes.removeAll(where: isConcerned)
        } else {
            let shown = node.bytes
            node.durableBytes =
                node.durableBytes.prefix(shown.count)
                + Data(count: max(0, shown.count - node.durableBytes.count))
            for range in node.dirty { node.durableBytes.replaceSubrange(range, with: shown[range]) }
            node.dirty = []
        }
    }

    private func place(_ path: FilePath) throws -> (Node, String) {
        guard let name = path.lastComponent?.string else { throw Missing(path: path) }
        return (try node(path.removingLastComponent()), name)
    }

    private func node(_ path: FilePath) throws -> Node {
        var rest = path
        guard rest.removePrefix(self.path) else { throw Missing(path: path) }
        return try rest.components.reduce(root) { node, component in
            guard let next = node.names[component.string] else { throw Missing(path: path) }
            return next
        }
    }

    struct Missing: Error {
        let path: FilePath
    }

    // MARK: The cut

    /// Writes what a power cut at this moment leaves into a folder that exists.
    func writeAfterCut(
        _ loss: Loss, to folder: FilePath, using random: inout some RandomNumberGenerator
    ) throws {
        var names: [ObjectIdentifier: [String: Node]] = [:]
        for change in changes {
            let happened =
                switch loss {
                case .everything: false
                case .bytes, .bytesToZeros, .nothing: true
                case .anything: Bool.random(using: &random)
                }
            guard happened else { continue }
            for entry in change.entries {
                let folder = entry.folder
                names[ObjectIdentifier(folder), default: folder.durableNames][entry.name] = entry.node
            }
        }
        try write(root, names, loss, to: folder, using: &random)
    }

    private func write(
        _ node: Node, _ names: [ObjectIdentifier: [String: Node]], _ loss: Loss, to path: FilePath,
        using random: inout some RandomNumberGenerator
    ) throws {
        guard node.isFolder else {
            let bytes = Self.bytes(of: node, after: loss, using: &random)
            return try bytes.write(to: URL(fileURLWithPath: path.string))
        }
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        let entries = names[ObjectIdentifier(node)] ?? node.durableNames
        for (name, child) in entries.sorted(by: { $0.key < $1.key }) {
            try write(child, names, loss, to: path.appending(name), using: &random)
        }
    }

    private static func bytes(
        of node: Node, after loss: Loss, using random: inout some RandomNumberGenerator
    ) -> Data {
        guard !node.isSynced else { return node.durableBytes }
        var zeroed = node.bytes
        for range in node.dirty + node.lost { zeroed.replaceSubrange(range, with: Data(count: range.count)) }
        switch loss {
        case .everything, .bytes: return node.durableBytes
        case .bytesToZeros: return zeroed
        case .nothing: return node.bytes
        case .anything:
            let torn =
                (node.lost + node.dirty).first.map { Int.random(in: $0, using: &random) } ?? node.bytes.count
            // Whole sectors come or do not: written up to some byte, zeros from there on.
            let half = node.bytes.prefix(torn) + zeroed.dropFirst(torn)
            let whole = node.lost.isEmpty ? node.bytes : zeroed
            return [node.durableBytes, zeroed, node.bytes.prefix(torn), half, whole]
                .randomElement(using: &random) ?? zeroed
        }
    }
}
