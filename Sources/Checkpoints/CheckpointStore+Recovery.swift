// Finding the checkpoint to go on from when some of them may be damaged.

internal import Foundation

extension CheckpointStore {
    /// What there is to resume from.
    package struct Recovery: Sendable {
        /// Nil if there is none at all.
        package var checkpoint: Checkpoint?
        /// For the log: each damaged checkpoint that was passed over.
        package var notices: [String] = []
    }

    /// The newest checkpoint that verifies. Damaged ones on the way are reported, and set aside under the name
    /// step-….corrupt, so that they are neither counted nor tried again; so is one that the disk does not give out.
    /// - Throws: `.damaged` where there are checkpoints and none of them verifies: whether to begin anew is for a person to
    ///   say; `.unsupported` if a newer program wrote the newest; `.io`: errors that say nothing about the bytes, so that
    ///   trying again is right. Nothing has changed then.
    package func newestValid() throws -> Recovery {
        var recovery = Recovery()
        var passedOver: [(step: Int, error: CheckpointsError)] = []
        let steps = try steps()
        for step in steps.reversed() where recovery.checkpoint == nil {
            let isAway = passedOver.contains { $0.error.isDeviceFailure }
            do {
                recovery.checkpoint = try Self.trying(isAway ? [] : Self.pauses) {
                    try Checkpoint(verifying: path(step), step: step)
                }
            } catch let error as CheckpointsError where error.code == .damaged || error.isDeviceFailure {
                passedOver.append((step, error))
            }
        }
        guard let newest = passedOver.first else { return recovery }
        guard recovery.checkpoint != nil else {
            if let unreadable = passedOver.first(where: { $0.error.isDeviceFailure }) {
                throw unreadable.error
            }
            throw CheckpointsError(
                .damaged,
                "none of the \(steps.count) checkpoints in \(folder) is whole: \(newest.error). Restore one from a copy; "
                    + "or move that folder away, and the run begins anew")
        }
        try setAside(passedOver.map(\.step))
        recovery.notices = passedOver.map { step, error in
            "the checkpoint of step \(step) is \(error.code == .damaged ? "damaged" : "unreadable") and passed over: \(error)"
        }
        return recovery
    }

    /// In seconds. A network disk that was away for a moment is no reason to give up what lies there.
    private static let pauses = [0.5, 1, 2, 4]

    /// Reads again where the disk fails, after each pause.
    private static func trying<T>(_ pauses: [Double], _ read: () throws -> T) throws -> T {
        for pause in pauses {
            do { return try read() } catch let error as CheckpointsError where error.isDeviceFailure {
                Thread.sleep(forTimeInterval: pause)
            }
        }
        return try read()
    }

    /// Renames checkpoints; those set aside before them go.
    func setAside(_ steps: [Int]) throws {
        for name in try Durability.names(in: folder) where name.hasSuffix(Self.corruptSuffix) {
            try Durability.remove(folder.appending(name))
        }
        for step in steps {
            try Durability.rename(path(step), to: folder.appending(Self.name(step) + Self.corruptSuffix))
        }
        try Durability.sync(folder: folder)
    }

    private static let corruptSuffix = ".corrupt"
}
