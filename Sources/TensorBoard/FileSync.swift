// Event files to the disk, with errors that say which and what to do. Only a new attempt, which reads what is on the disk,
// knows what is left after a failure.

internal import Files
internal import SystemPackage

enum FileSync {
    /// - Throws: `TensorBoardError.inputOutput`.
    static func sync(_ file: FileDescriptor, _ path: FilePath) throws {
        do { try file.sync() } catch { throw failure(path, error) }
    }

    /// Makes the names in a folder durable.
    /// - Throws: `TensorBoardError.inputOutput`.
    static func sync(folder: FilePath) throws {
        do { try folder.syncFolder() } catch { throw failure(folder, error) }
    }

    private static func failure(_ path: FilePath, _ cause: any Error) -> TensorBoardError {
        TensorBoardError(
            .inputOutput, "cannot bring \(path) to the disk; start the attempt again", cause: cause)
    }
}
