// Where the records are to lie: a folder that is not there yet or empty, and neither in the source nor around it.

internal import Datasets
internal import Files
internal import Foundation
internal import Glibc
package import SystemPackage

package enum Destination {
    /// Absolute and without links, also of what is not there yet.
    package static func canonical(_ path: FilePath) -> FilePath {
        var existing = FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
        var missing: [FilePath.Component] = []
        while true {
            if let real = realpath(existing.string, nil) {
                defer { free(real) }
                return FilePath(platformString: real).appending(missing.reversed())
            }
            guard let last = existing.lastComponent else { return existing.appending(missing.reversed()) }
            missing.append(last)
            existing.removeLastComponent()
        }
    }

    /// - Parameters: both canonical.
    /// - Returns: the manifest of records that are there already.
    /// - Throws: `invalid` where they overlap, `taken` where something else is there.
    static func check(_ destination: FilePath, source: FilePath) throws -> RecordManifest? {
        for folder in [destination, RecordSet.unfinished(destination)] {
            guard !folder.starts(with: source), !source.starts(with: folder) else {
                throw PreparationError(
                    .invalid,
                    "\(destination) and the source \(source) lie in one another; the source is never written to: choose a "
                        + "folder beside it")
            }
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: destination.string)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return nil
        } catch {
            throw PreparationError(
                .taken, "\(destination) is no folder that can be read; choose another", cause: error)
        }
        if names.isEmpty {
            let (own, parent) = (try? destination.stat(), try? destination.removingLastComponent().stat())
            guard own?.deviceID == parent?.deviceID else {
                throw PreparationError(
                    .taken,
                    "\(destination) is a mount point, which cannot be given to a finished folder; choose a folder "
                        + "inside it")
            }
            return nil
        }
        let file = destination.appending(RecordManifest.fileName)
        if let data = try? file.contentsIfPresent(), let manifest = try? RecordManifest([UInt8](data), file) {
            return manifest
        }
        throw PreparationError(
            .taken,
            "\(destination) holds something else (\(names.sorted()[0])); choose a new or an empty folder")
    }
}
