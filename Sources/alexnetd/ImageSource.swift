// The images that a command line names: files, folders and all that lies in them, and - for stdin.

import Foundation
import Images
import SystemPackage

struct ImageSource {
    /// As it was written; of a folder, the path below it too.
    let name: String
    let isStandardInput: Bool

    /// More is no image.
    private static let largest = 1 << 30

    /// In the order of the arguments, and in a folder in byte order of the names; links to folders are not followed.
    ///
    /// - Parameter refused: told of each argument that is neither, or a folder without images.
    static func all(_ arguments: [String], refused: (_ name: String, _ reason: String) -> Void)
        -> [ImageSource]
    {
        arguments.flatMap { argument -> [ImageSource] in
            if argument == "-" { return [ImageSource(name: "-", isStandardInput: true)] }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) else {
                refused(argument, "is not there")
                return []
            }
            guard isFolder.boolValue else { return [ImageSource(name: argument, isStandardInput: false)] }
            let names = (try? FileManager.default.subpathsOfDirectory(atPath: argument)) ?? []
            let images = names.filter(Self.isImage).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            if images.isEmpty {
                refused(
                    argument, "holds no file named ." + ImageFormat.fileExtensions.joined(separator: ", ."))
            }
            return images.map {
                ImageSource(name: FilePath(argument).appending($0).string, isStandardInput: false)
            }
        }
    }

    /// By its name, and not hidden.
    private static func isImage(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard !parts.contains(where: { $0.hasPrefix(".") }), let last = parts.last else { return false }
        return ImageFormat.fileExtensions.contains { last.lowercased().hasSuffix("." + $0) }
    }

    /// - Throws: what a person is told of this image.
    func read() throws -> Data {
        let file = try isStandardInput ? FileHandle.standardInput : open()
        guard let data = try file.read(upToCount: Self.largest + 1) else { return Data() }
        guard data.count <= Self.largest else { throw Refusal(reason: "is larger than 1 GiB") }
        return data
    }

    private func open() throws -> FileHandle {
        do {
            // Not blocking: opening a FIFO would otherwise wait for its writer.
            let file = try FileDescriptor.open(
                FilePath(name), .readOnly, options: [.nonBlocking, .closeOnExec])
            return FileHandle(fileDescriptor: file.rawValue, closeOnDealloc: true)
        } catch let error as Errno {
            throw Refusal(reason: "cannot be read: \(error)")
        }
    }

    struct Refusal: Error, CustomStringConvertible {
        let reason: String
        var description: String { reason }
    }
}
