// What is already written of one tag's points. Steps only ever rise within a tag, so the newest step decides what is
// still to be written; values are kept only for the steps that a resumed run is about to compute again.

struct PointHistory: Sendable {
    enum Kind: String, Sendable { case scalar, histogram, image }

    let kind: Kind
    let origin: TagKind
    /// −1 before the first point.
    private(set) var newest = -1
    /// Whether this attempt has written one of its points.
    private(set) var isInThisFile = false
    /// Rising; `bits` beside it. Two flat arrays: twelve bytes a point, for runs of weeks.
    private var steps: [Int] = []
    /// A scalar's bits; of anything larger a checksum.
    private var bits: [UInt32] = []

    init(_ kind: Kind, _ origin: TagKind) {
        (self.kind, self.origin) = (kind, origin)
    }

    /// Notes a point about to be written.
    mutating func write(_ step: Int) {
        newest = max(newest, step)
        isInThisFile = true
    }

    /// Notes a point found on the disk. Of two at one step the first stands.
    /// - Parameter bits: nil where they will not be compared.
    mutating func read(_ step: Int, _ bits: UInt32?) {
        newest = max(newest, step)
        guard let bits else { return }
        let place = position(of: step)
        guard place == steps.count || steps[place] != step else { return }
        steps.insert(step, at: place)
        self.bits.insert(bits, at: place)
    }

    func bits(at step: Int) -> UInt32? {
        let place = position(of: step)
        return place < steps.count && steps[place] == step ? bits[place] : nil
    }

    mutating func forgetValues() {
        (steps, bits) = ([], [])
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
