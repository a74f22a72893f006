// The event file of one attempt.
//
// 1. It is made with its first event and begins with a file version; nothing to say, no file.
// 2. One write holds whole records only. Where the disk took less, the file is cut back to the record it ended with.
// 3. What was not written stays pending, byte for byte: a reader that saw the part that was cut off sees the same
//    bytes again once there is space.
// 4. After `sync` all that was flushed survives a power cut, the file's name included.
// 5. Where a sync fails, the kernel may have dropped what was written since the last one and take it for written all the
//    same. So it is cut off, and pending again.

internal import Files
internal import Glibc
internal import Records
package import SystemPackage

package struct EventFileWriter: ~Copyable {
    /// Writes some of the bytes and says how many.
    typealias Write = (FileDescriptor, UnsafeRawBufferPointer) throws -> Int

    private struct File {
        let path: FilePath
        let descriptor: FileDescriptor
        /// Of the whole records in it.
        var length = 0
        /// Of those that survive a power cut.
        var syncedLength = 0
        var hasTornTail = false
        var nameIsSynced = false
    }

    private let folder: FilePath
    private let now: () -> Double
    private let write: Write
    private var file: File?
    private var pending = RecordWriter()
    private var arena = MessageArena()
    /// Written since the last sync.
    private var unsynced = RecordWriter()

    /// - Parameter now: the wall clock, seconds since 1970.
    package init(folder: FilePath, now: @escaping () -> Double = WallClock.now) {
        self.init(folder: folder, now: now) { try $0.write($1) }
    }

    init(folder: FilePath, now: @escaping () -> Double, write: @escaping Write) {
        (self.folder, self.now, self.write) = (folder, now, write)
    }

    deinit {
        try? file?.descriptor.close()
    }

    /// Nil until the first flush that had something to write.
    package var path: FilePath? { file?.path }

    /// Takes an event, to be written by the next flush.
    package mutating func append(_ event: borrowing Event) {
        arena.reset()
        let message = arena.event(event)
        pending.append(count: arena.packedSize(message)) { arena.pack(message, into: $0) }
    }

    /// Hands all pending events to the system, in one write: from here on they survive this process.
    /// - Throws: `TensorBoardError.noSpace` (they stay pending: flush again) or `.inputOutput`.
    package mutating func flush() throws {
        guard !pending.bytes.isEmpty else { return }
        var file = try self.file ?? open()
        defer { self.file = file }
        try Self.cutTornTail(&file)
        var written = 0
        do {
            // A disk that fills up takes part of a write and refuses the next.
            while written < pending.bytes.count {
                written += try pending.bytes.withUnsafeBytes {
                    try write(file.descriptor, UnsafeRawBufferPointer(rebasing: $0[written...]))
                }
            }
        } catch {
            file.hasTornTail = written > 0
            try? Self.cutTornTail(&file)
            throw Self.error("cannot write to \(file.path)", error)
        }
        file.length += written
        unsynced.append(wholeRecords: pending)
        pending.removeAll()
    }

    /// Flushes, and returns once all of it is on the disk.
    /// - Throws: as `flush`; what is not on the disk is pending again.
    package mutating func sync() throws {
        try flush()
        guard var file else { return }
        defer { self.file = file }
        do {
            try file.descriptor.sync()
        } catch {
            unsynced.append(wholeRecords: pending)
            swap(&pending, &unsynced)
            unsynced.removeAll()
            (file.length, file.hasTornTail) = (file.syncedLength, true)
            try? Self.cutTornTail(&file)
            throw Self.error("cannot bring \(file.path) to the disk", error)
        }
        file.syncedLength = file.length
        unsynced.removeAll()
        try Self.checkPlace(file)
        if !file.nameIsSynced {
            try FileSync.sync(folder: folder)
            file.nameIsSynced = true
        }
    }

    /// A file that somebody has moved or deleted takes points for nobody.
    private static func checkPlace(_ file: File) throws {
        do {
            let (own, there) = (try file.descriptor.stat(), try file.path.stat())
            if own.inode == there.inode, own.deviceID == there.deviceID { return }
        } catch Errno.noSuchFileOrDirectory {
        } catch { throw Self.error("cannot look for \(file.path)", error) }
        throw TensorBoardError(
            .inputOutput,
            "the event file \(file.path) was taken away while it was written; start the attempt again")
    }

    /// Makes the file, named behind all others, and puts its version before what is pending.
    private mutating func open() throws -> File {
        let time = now()
        var names = try EventFileName.all(in: folder)
        while true {
            let name = EventFileName.next(after: names, now: time)
            let path = folder.appending(name)
            do {
                let descriptor = try FileDescriptor.open(
                    path, .writeOnly, options: [.create, .exclusiveCreate, .append, .closeOnExec],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead])
                var records = RecordWriter()
                records.append(Event.fileVersion(wallTime: time).encoded())
                records.append(wholeRecords: pending)
                pending = records
                return File(path: path, descriptor: descriptor)
            } catch Errno.fileExists where !names.contains(name) {
                names.append(name)
            } catch {
                throw Self.error("cannot make the event file \(path)", error)
            }
        }
    }

    private static func cutTornTail(_ file: inout File) throws {
        guard file.hasTornTail else { return }
        do {
            try file.descriptor.resize(to: Int64(file.length))
            file.hasTornTail = false
        } catch {
            throw Self.error("cannot cut what is not on the disk off \(file.path)", error)
        }
    }

    private static func error(_ message: String, _ cause: any Error) -> TensorBoardError {
        switch cause as? Errno {
        // A limit on the size of files (ulimit -f) may be raised as a quota may.
        case .noSpace, .diskQuotaExceeded, .fileTooLarge:
            TensorBoardError(
                .noSpace, "\(message): free some space; no point is lost meanwhile", cause: cause)
        default: TensorBoardError(.inputOutput, message, cause: cause)
        }
    }
}
