// What is already written of one scalar's curve. Steps only ever rise within a tag, so the newest step decides what is
// still to be written; values are kept only for the steps that a resumed run is about to compute again.

struct ScalarHistory: Sendable {
    /// −1 before the first point.
    private(set) var newest = -1
    /// Rising; `values` beside it. Two flat arrays: twelve bytes a point, for runs of weeks.
    private var steps: [Int] = []
    private var values: [Float] = []

    /// Notes a point about to be written.
    mutating func write(_ step: Int) {
        newest = max(newest, step)
    }

    /// Notes a point found on the disk. Of two at one step the first stands.
    mutating func read(_ step: Int, _ value: Float, keepingValue keep: Bool) {
        newest = max(newest, step)
        guard keep else { return }
        let place = position(of: step)
        guard place == steps.count || steps[place] != step else { return }
        steps.insert(step, at: place)
        values.insert(value, at: place)
    }

    func value(at step: Int) -> Float? {
        let place = position(of: step)
        return place < steps.count && steps[place] == step ? values[place] : nil
    }

    mutating func forgetValues() {
        (steps, values) = ([], [])
    }

    /// Index of the first kept step that is not below `step`.
    private func position(of step: Int) -> Int {
        if let last = steps.last, last < step { return steps.count }
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle] < step { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
