// fsync of files and folders. A failure is never worth a second try: the kernel may have dropped the pages, and only
// a new attempt, which reads what is on the disk, knows what is left.

private import Glibc
internal import SystemPackage

enum FileSync {
    /// - Throws: `TensorBoardError.inputOutput`.
    static func sync(_ file: FileDescriptor, _ path: FilePath) throws {
        guard fsync(file.rawValue) == 0 else {
            throw TensorBoardError(
                .inputOutput, "cannot bring \(path) to the disk; start the attempt again",
                cause: Errno(rawValue: errno))
        }
    }

    /// Makes the names in a folder durable.
    /// - Throws: `TensorBoardError.inputOutput`.
    static func sync(folder: FilePath) throws {
        do {
            let descriptor = try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
            defer { try? descriptor.close() }
            try sync(descriptor, folder)
        } catch let error as Errno {
            throw TensorBoardError(.inputOutput, "cannot open the folder \(folder) to sync it", cause: error)
        }
    }
}
