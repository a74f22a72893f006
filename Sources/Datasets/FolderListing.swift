// What lies in a folder, in byte order of the names, dotfiles left out. Links are followed. Reads only.

internal import Glibc
internal import Images
package import SystemPackage

package struct FolderListing {
    package struct File {
        package let name: String
        package let size: Int64
    }

    package private(set) var folders: [String] = []
    /// By their names' ends, whatever their contents.
    package private(set) var images: [File] = []
    /// Files of other names.
    package private(set) var others: [String] = []
    /// Tells folders apart that are reached by two ways.
    package let identity: Identity

    package struct Identity: Hashable, Sendable {
        let device: dev_t
        let inode: ino_t
    }

    /// - Parameter onFile: called for each that is looked at, which over a network takes its time; what it throws ends it.
    /// - Throws: `DatasetsError` of code `unreadable`.
    package init(_ path: FilePath, onFile: () throws -> Void = {}) throws {
        guard let folder = path.withPlatformString({ opendir($0) }) else {
            throw Self.unreadable(path, errno)
        }
        defer { closedir(folder) }
        var status = stat()
        guard fstat(dirfd(folder), &status) == 0 else { throw Self.unreadable(path, errno) }
        identity = Identity(device: status.st_dev, inode: status.st_ino)

        errno = 0
        while let entry = readdir(folder) {
            let raw = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let bytes = raw.assumingMemoryBound(to: CChar.self)
            if bytes.pointee != CChar(bitPattern: UInt8(ascii: ".")) {
                guard let name = String(validatingCString: bytes) else {
                    throw DatasetsError(
                        .invalid,
                        "\(path) holds a name that is not UTF-8 (\"\(String(cString: bytes))\"); rename it")
                }
                try onFile()
                try add(name, kind: entry.pointee.d_type, in: path)
            }
            errno = 0
        }
        guard errno == 0 else { throw Self.unreadable(path, errno) }
        folders.sort { strcmp($0, $1) < 0 }
        images.sort { strcmp($0.name, $1.name) < 0 }
        others.sort { strcmp($0, $1) < 0 }
    }

    private mutating func add(_ name: String, kind: UInt8, in path: FilePath) throws {
        let isImage = Self.isImageName(name)
        if kind == DT_DIR { return folders.append(name) }
        if kind == DT_REG && !isImage { return others.append(name) }
        var status = stat()
        let entry = path.appending(name)
        guard entry.withPlatformString({ stat($0, &status) }) == 0 else {
            if errno == ENOENT && !isImage { return }
            throw Self.unreadable(entry, errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: folders.append(name)
        case S_IFREG where isImage: images.append(File(name: name, size: Int64(status.st_size)))
        case S_IFREG: others.append(name)
        default: break
        }
    }

    /// Whether a file is looked at as an image.
    package static func isImageName(_ name: String) -> Bool {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.utf8.startIndex else {
            return false
        }
        let end = name.utf8[name.utf8.index(after: dot)...].map { $0 | 0x20 }  // lower case
        return ImageFormat.fileExtensions.contains { $0.utf8.elementsEqual(end) }
    }

    private static func unreadable(_ path: FilePath, _ code: Int32) -> DatasetsError {
        let advice =
            switch code {
            case ENOENT: "it is not there, or a link to nothing; restore it or remove the link"
            case EACCES: "make it readable for the daemon's user"
            default: "check the disk or the mount"
            }
        return DatasetsError(.unreadable, "cannot read \(path): \(advice)", cause: Errno(rawValue: code))
    }
}
