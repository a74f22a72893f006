// What lies at the source, before anybody knows what it is: image files, archives and the files that may say labels, by
// their paths below it. A tar archive of images is a source like a folder.

internal import Datasets
internal import Files
internal import Foundation
package import SystemPackage
internal import Tar

package struct SourceFiles {
    package struct File: Hashable, Sendable {
        /// Relative to the source; of a file in an archive, its name there.
        package let path: String
        package let place: SourceImage.Place
        package let size: Int64

        /// The names of the folders around it, outermost first.
        var folders: ArraySlice<Substring> { path.split(separator: "/").dropLast() }
        var name: Substring { path.lastName }
    }

    /// Canonical: a folder; that of the archive where the source is one.
    package let root: FilePath
    /// By their names' ends, whatever their contents.
    package private(set) var images: [File] = []
    /// Every other file's path.
    package private(set) var others: [String] = []

    /// Called again and again with what is being looked through; throws to end that.
    let poll: (String) throws -> Void

    /// - Throws: `PreparationError.invalid` where there is nothing, `DatasetsError.unreadable`, and what `poll` throws.
    package init(_ source: FilePath, poll: @escaping (String) throws -> Void = { _ in }) throws {
        self.poll = poll
        let facts: Stat
        do {
            facts = try source.stat()
        } catch {
            throw PreparationError(
                .invalid, "there is nothing to read at \(source); correct the path", cause: error)
        }
        if facts.type == .directory {
            root = source
            try walk("", inside: [])
        } else {
            root = source.removingLastComponent()
            let archive = source.lastComponent?.string ?? ""
            for entry in try Self.entries(of: archive, in: root, poll) {
                add(entry.name, .piece(archive, offset: entry.offset), entry.size)
            }
        }
    }

    private mutating func walk(_ folder: String, inside: Set<FolderListing.Identity>) throws {
        try poll(folder)
        let listing = try FolderListing(folder.isEmpty ? root : root.appending(folder))
        // A link back to a folder above would go round for ever.
        guard !inside.contains(listing.identity) else { return }
        let prefix = folder.isEmpty ? "" : folder + "/"
        for image in listing.images {
            images.append(
                File(path: prefix + image.name, place: .file(prefix + image.name), size: image.size))
        }
        others += listing.others.map { prefix + $0 }
        for name in listing.folders { try walk(prefix + name, inside: inside.union([listing.identity])) }
    }

    /// A file in an archive. Its name is a name, never a path to open.
    mutating func add(_ name: String, _ place: SourceImage.Place, _ size: Int64) {
        let path = name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        guard !path.lastName.hasPrefix(".") else { return }
        if FolderListing.isImageName(String(path.lastName)) {
            images.append(File(path: path, place: place, size: size))
        } else {
            others.append(path)
        }
    }

    /// The files in an archive that lies below the root.
    func entries(of archive: String) throws -> [TarArchive.Entry] {
        try Self.entries(of: archive, in: root, poll)
    }

    private static func entries(
        of archive: String, in root: FilePath, _ poll: (String) throws -> Void
    ) throws -> [TarArchive.Entry] {
        let path = root.appending(archive)
        let reader = PieceReader()
        return try TarArchive.entries("\(path)", size: try reader.size(of: path)) {
            try poll(archive)
            return [UInt8](try reader.read(path, from: $0, count: $1))
        }
    }

    /// The files in an archive that lies within another one.
    func entries(of entry: TarArchive.Entry, in archive: String) throws -> [TarArchive.Entry] {
        let path = root.appending(archive)
        let reader = PieceReader()
        return try TarArchive.entries("\(entry.name) in \(path)", size: entry.size) { offset, count in
            try poll("\(archive), \(entry.name)")
            let count = min(count, Int(entry.size - offset))
            return [UInt8](try reader.read(path, from: entry.offset + offset, count: count))
        }.map { .init(name: $0.name, offset: entry.offset + $0.offset, size: $0.size) }
    }

    /// A small file of the source, or any other one that was named.
    /// - Throws: `PreparationError.invalid`.
    func contents(_ path: FilePath) throws -> [UInt8] {
        do {
            if let data = try root.pushing(path).contentsIfPresent() { return [UInt8](data) }
        } catch {
            throw PreparationError(.invalid, "cannot read \(root.pushing(path))", cause: error)
        }
        throw PreparationError(.invalid, "there is no file \(root.pushing(path))")
    }
}

extension StringProtocol where SubSequence == Substring {
    /// Of a path, the file's name.
    var lastName: Substring { split(separator: "/").last ?? "" }
}
