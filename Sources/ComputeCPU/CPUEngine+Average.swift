// The running averages of the weights: a pass over both after each update, and their exchange for an evaluation.

internal import CKernels
internal import Compute

extension CPUEngine {
    /// To be called after each update.
    func updateAverages() {
        guard let decay = optimizer.averageDecay, let average = state[.average] else { return }
        // In double first: of 0.9999 as a float little is left.
        let share = Float(1 - decay)
        let weights = state[.parameters]!.pointer
        measure("average", .update) {
            workspace.lanes.run(over: average.count, by: Self.block) { range, _ in
                blend_approach(
                    average.pointer + range.lowerBound, weights + range.lowerBound, share, range.count)
            }
        }
    }

    package func withAverages<T>(_ body: () throws -> T) rethrows -> T {
        exchangeAverages()
        defer { exchangeAverages() }
        return try body()
    }

    private func exchangeAverages() {
        guard let average = state[.average] else { return }
        let weights = state[.parameters]!.pointer
        workspace.lanes.run(over: average.count, by: Self.block) { range, _ in
            blend_swap(average.pointer + range.lowerBound, weights + range.lowerBound, range.count)
        }
        parametersChanged()
    }
}
