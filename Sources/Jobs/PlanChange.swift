// What may change in a job between two attempts at it. Free: what does not touch the numbers. Inexact: what does, a
// little, so that the run goes on but no longer bit for bit. Refused: what would make it another run.

package struct PlanChange: Hashable, Sendable {
    package enum Effect: Hashable, Sendable { case free, inexact, refused }

    /// As in a job file.
    package let key: String
    package let old: String
    package let new: String
    package let effect: Effect

    /// "device: cuda:0 before, cpu now"
    package var text: String { "\(key): \(old) before, \(new) now" }
}

extension Plan {
    /// How this plan differs from the one its run was begun with.
    /// - Parameter epochsBegun: the run cannot end before these.
    package func changes(from old: Plan, epochsBegun: Int) -> [PlanChange] {
        PlanField.all.compactMap { field in
            let (before, after) = (field.value(old).text, field.value(self).text)
            guard before != after else { return nil }
            let effect: PlanChange.Effect =
                switch field.rule {
                case .always(let effect): effect
                case .epochs:
                    if epochs < epochsBegun {
                        .refused
                    } else if case .cosine = schedule.decay {
                        .inexact
                    } else {
                        .free
                    }
                }
            return PlanChange(key: field.key, old: before, new: after, effect: effect)
        }
    }

    /// The changes with which the run may go on: free ones, and inexact ones to warn of.
    /// - Throws: `changed`, with both values of everything refused side by side, and how to go on.
    package func continuing(_ old: Plan, epochsBegun: Int) throws(JobError) -> [PlanChange] {
        let changes = changes(from: old, epochsBegun: epochsBegun)
        let refused = changes.filter { $0.effect == .refused }
        guard let first = refused.first else { return changes }
        var advice = "restore what was before, or give the job another name to begin a new run"
        if refused.contains(where: { $0.key == "epochs" }) {
            advice += "; epochs may not go below the \(epochsBegun) already begun"
        }
        throw JobError(
            .changed,
            "the run \"\(name)\" cannot go on with another \(listed(refused.map(\.key))): "
                + refused.map(\.text).joined(separator: "; ") + "; \(advice)", key: first.key)
    }
}
