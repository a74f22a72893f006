// Finding the checkpoint to go on from when some of them may be damaged.

extension CheckpointStore {
    /// What there is to resume from.
    package struct Recovery: Sendable {
        /// Nil if there is no checkpoint that verifies.
        package var checkpoint: Checkpoint?
        /// For the log: each damaged checkpoint that was passed over.
        package var notices: [String] = []
    }

    /// The newest checkpoint that verifies. Damaged ones on the way are reported, and set aside under the name
    /// step-….corrupt, so that they are neither counted nor tried again.
    /// - Throws: `.unsupported` if a newer program wrote the newest; `.io`: errors that say nothing about the bytes.
    package func newestValid() throws -> Recovery {
        var recovery = Recovery()
        for step in try steps().reversed() {
            do {
                recovery.checkpoint = try Checkpoint(verifying: path(step), step: step)
                return recovery
            } catch let error as CheckpointsError where error.code == .damaged {
                try setAside(step)
                recovery.notices.append("the checkpoint of step \(step) is damaged and passed over: \(error)")
            }
        }
        return recovery
    }

    /// Renames a damaged checkpoint; the one set aside before it goes.
    func setAside(_ step: Int) throws {
        for name in try Durability.names(in: folder) where name.hasSuffix(Self.corruptSuffix) {
            try Durability.remove(folder.appending(name))
        }
        try Durability.rename(path(step), to: folder.appending(Self.name(step) + Self.corruptSuffix))
        try Durability.sync(folder: folder)
    }

    private static let corruptSuffix = ".corrupt"
}
