// A run's checkpoints/ folder. What holds at every moment, whatever is killed or cut:
//   1. A folder named step-NNNNNNNN was complete and on the disk before it got that name.
//   2. A checkpoint is removed only after a newer one has its name on the disk, and never is the best one.
//   3. Everything unfinished, also a removal, is named .tmp-…, and may be deleted when no writer is at work.
//   4. Damage is set aside as step-NNNNNNNN.corrupt, for a person to look at, until there is more.
// One process at a time writes here, by the run's lock, which is the caller's; readers need no lock.

package import SystemPackage

package struct CheckpointStore: Sendable {
    package let folder: FilePath
    /// How many of the newest to keep beside the best; nil for all.
    package let keep: Int?

    package init(folder: FilePath, keep: Int?) {
        precondition(keep ?? 1 >= 1, "at least one checkpoint must be kept")
        (self.folder, self.keep) = (folder, keep)
    }

    /// What `publish` did.
    package struct Publication: Sendable {
        /// False if the step was already there, whole, and stays.
        package var isNew = true
        package var pruning = Pruning()
        /// For the log: what was set aside.
        package var notices: [String] = []
    }

    /// Adds the checkpoint of `step` and prunes. When it returns, the checkpoint outlives a power cut.
    ///
    /// A step that is already there and verifies is not written again; `isBest` then only marks it.
    /// - Parameters:
    ///   - supersedes: whether the new checkpoint is to take the place of this one, of the same step. On file systems
    ///     that cannot swap names the old one stays.
    ///   - write: fills the checkpoint; errors it throws come out of here.
    /// - Throws: `.noSpace` or `.io`; nothing is left behind, so the same call may be repeated.
    package func publish(
        step: Int, isBest: Bool, supersedes: (Checkpoint) throws -> Bool = { _ in false },
        write: (CheckpointWriter) throws -> Void
    ) throws -> Publication {
        precondition(step >= 0, "steps count from 0")
        try Durability.make(folder: folder)
        var publication = Publication()
        do {
            if let present = try verified(step) {
                // Whoever gave it its name may have been killed, or told of a failure, before that was on the disk.
                try Durability.sync(folder: folder)
                let isBest = isBest || present.manifest.best
                publication.isNew = try supersedes(present) && replace(present, isBest, write)
                if !publication.isNew, isBest, !present.manifest.best { try mark(present) }
                publication.pruning = prune(after: step)
                return publication
            }
        } catch let error as CheckpointsError where error.code == .damaged {
            try setAside([step])
            publication.notices.append("set aside: \(error)")
        }
        try add(step, isBest, write)
        publication.pruning = prune(after: step)
        return publication
    }

    /// The checkpoint of a step, all of its bytes read and compared; nil if there is none.
    /// - Throws: `.damaged` with the file and what is wrong; `.unsupported`; `.io`.
    package func verified(_ step: Int) throws -> Checkpoint? {
        try steps().contains(step) ? Checkpoint(verifying: path(step), step: step) : nil
    }

    /// The steps that have a folder, ascending; nothing is verified.
    package func steps() throws -> [Int] {
        try Durability.names(in: folder).compactMap(Self.step(named:)).sorted()
    }

    /// The newest step marked best, by the manifests alone; nil if none is.
    package func bestStep() throws -> Int? {
        try steps().last { step in
            do {
                return try Manifest.read(in: path(step), step: step).best
            } catch let error as CheckpointsError where error.code == .damaged {
                return false
            }
        }
    }

    /// Removes what a killed writer left. Call it under the run's lock, before the first `publish`.
    package func cleanUp() throws {
        for name in try Durability.names(in: folder) where name.hasPrefix(Self.temporaryPrefix) {
            try Durability.remove(folder.appending(name))
        }
    }

    private func add(_ step: Int, _ isBest: Bool, _ write: (CheckpointWriter) throws -> Void) throws {
        try withTemporary(step, isBest, write) { try Durability.rename($0, to: path(step)) }
        try Durability.sync(folder: folder)
    }

    /// - Returns: false where the file system cannot swap the two.
    private func replace(
        _ old: Checkpoint, _ isBest: Bool, _ write: (CheckpointWriter) throws -> Void
    ) throws -> Bool {
        let (hasSwapped, temporary) = try withTemporary(old.step, isBest, write) {
            (try Durability.exchange($0, old.folder), $0)
        }
        // The temporary name is the old checkpoint's now, which may go once the new one's is on the disk (2).
        if hasSwapped { try Durability.sync(folder: folder) }
        try? Durability.remove(temporary)
        return hasSwapped
    }

    /// Writes a whole checkpoint beside the others and hands it to `place`, which gives it its name. Nothing is left where
    /// one of them fails.
    private func withTemporary<T>(
        _ step: Int, _ isBest: Bool, _ write: (CheckpointWriter) throws -> Void,
        place: (FilePath) throws -> T
    ) throws -> T {
        let temporary = folder.appending(Self.temporaryPrefix + Self.name(step))
        do {
            try Durability.remove(temporary)
            try Durability.make(folder: folder)
            try Durability.make(folder: temporary)
            let writer = CheckpointWriter(folder: temporary)
            try write(writer)
            let manifest = Manifest(step: step, best: isBest, files: writer.files)
            try writer.write(Manifest.fileName, manifest.encoded())
            try Durability.sync(folder: temporary)
            return try place(temporary)
        } catch {
            try? Durability.remove(temporary)
            throw error
        }
    }

    /// Marks a checkpoint as the best by replacing its manifest whole.
    private func mark(_ checkpoint: Checkpoint) throws {
        var manifest = checkpoint.manifest
        manifest.best = true
        let temporary = folder.appending(Self.temporaryPrefix + Manifest.fileName)
        do {
            try Durability.remove(temporary)
            let file = try HashingFile(creating: temporary)
            try manifest.encoded().withUnsafeBytes { try file.write($0) }
            _ = try file.finish()
            try Durability.rename(temporary, to: checkpoint.folder.appending(Manifest.fileName))
        } catch {
            try? Durability.remove(temporary)
            throw error
        }
        try Durability.sync(folder: checkpoint.folder)
    }
}

extension CheckpointStore {
    static let temporaryPrefix = ".tmp-"
    private static let stepPrefix = "step-"

    func path(_ step: Int) -> FilePath { folder.appending(Self.name(step)) }

    static func name(_ step: Int) -> String {
        let digits = String(step)
        return stepPrefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// Nil unless `name` is exactly the name of a step's folder.
    static func step(named name: String) -> Int? {
        guard name.hasPrefix(stepPrefix), let step = Int(name.dropFirst(stepPrefix.count)), step >= 0,
            self.name(step) == name
        else { return nil }
        return step
    }
}
