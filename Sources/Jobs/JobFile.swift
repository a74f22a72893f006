// A job file's bytes, and those of other small files that people write: read once, size capped, so that what was checked is
// what is used.

internal import Glibc
package import SystemPackage

package enum JobFile {
    /// The largest job file; one with every key is below 2 KiB.
    package static let largest = 1 << 20

    /// - Parameter followsLinks: false in the watched folder, where a symbolic link is refused.
    /// - Throws: `unreadable` if it is no regular file, empty, too large, or the system refuses.
    package static func read(_ path: FilePath, followsLinks: Bool = true) throws(JobError) -> [UInt8] {
        func refusal(_ problem: String, _ cause: (any Error)? = nil) -> JobError {
            JobError(.unreadable, problem, file: path.string, cause: cause)
        }
        // Not blocking: opening a FIFO would otherwise wait for its writer.
        let options: FileDescriptor.OpenOptions =
            followsLinks ? [.nonBlocking, .closeOnExec] : [.nonBlocking, .closeOnExec, .noFollow]
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: options)
            return try file.closeAfter {
                var facts = stat()
                guard fstat(file.rawValue, &facts) == 0 else { throw Errno(rawValue: errno) }
                guard facts.st_mode & S_IFMT == S_IFREG else {
                    throw refusal("is not a regular file; put the text itself here")
                }
                guard facts.st_size <= largest else { throw tooLarge(Int(facts.st_size), path.string) }
                var bytes: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
                    if count == 0 { break }
                    bytes += chunk[..<count]
                    if bytes.count > largest {
                        throw refusal("grew beyond \(largest) bytes while it was read")
                    }
                }
                return bytes
            }
        } catch let error as JobError {
            throw error
        } catch Errno.tooManySymbolicLinkLevels where !followsLinks {
            throw refusal("is a symbolic link; put a copy of the job here instead")
        } catch Errno.noSuchFileOrDirectory {
            throw refusal("does not exist", Errno.noSuchFileOrDirectory)
        } catch Errno.permissionDenied {
            throw refusal("may not be read by this user; give it the permission (chmod a+r)")
        } catch {
            throw refusal("cannot be read", error)
        }
    }

    static func tooLarge(_ count: Int, _ file: String) -> JobError {
        JobError(.unreadable, "has \(count) bytes; at most \(largest) are read", file: file)
    }
}
