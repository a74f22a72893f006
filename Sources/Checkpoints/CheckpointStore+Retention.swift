// Which checkpoints may go once a newer one is on the disk.

extension CheckpointStore {
    /// The steps to remove.
    /// - Parameters:
    ///   - steps: all there are, ascending.
    ///   - published: just written, stays whatever its rank: newer ones may have come from a future that is gone.
    ///   - best: stays.
    static func superfluous(_ steps: [Int], published: Int, best: Int?, keep: Int?) -> [Int] {
        guard let keep else { return [] }
        // Only what is older than the checkpoint just published: whatever it was resumed from stays until now.
        return steps.dropLast(keep).filter { $0 < published && $0 != best }
    }

    /// What `prune` did.
    package struct Pruning: Sendable {
        /// Steps.
        package var removed: [Int] = []
        /// For the log: what could not be removed. Nothing that endangers a newer checkpoint.
        package var notices: [String] = []
    }

    /// Removes what is superfluous. A failure is a notice: the newest checkpoint is safe, and the next one tries again.
    /// - Parameter published: the newest that is known to be whole.
    @discardableResult
    package func prune(after published: Int) -> Pruning {
        var pruning = Pruning()
        do {
            let victims = Self.superfluous(
                try steps(), published: published, best: try bestStep(), keep: keep)
            // An attempt that was killed may have left the newest without its name on the disk.
            if !victims.isEmpty { try Durability.sync(folder: folder) }
            for step in victims {
                // Renamed first, so that a half removed one never passes for a checkpoint.
                let doomed = folder.appending(Self.temporaryPrefix + "removing-" + Self.name(step))
                try Durability.remove(doomed)
                try Durability.rename(path(step), to: doomed)
                try Durability.remove(doomed)
                pruning.removed.append(step)
            }
        } catch {
            pruning.notices.append("old checkpoints could not be removed: \(error)")
        }
        return pruning
    }
}
