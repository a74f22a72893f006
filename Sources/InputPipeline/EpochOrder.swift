// The order in which an epoch visits the samples: a function of the seed and the epoch, nothing else.

internal import Randomness

package enum EpochOrder {
    /// Indices 0..<count, each once: shuffled by Fisher and Yates, or as they are.
    package static func indices(count: Int, seed: UInt64, epoch: Int, shuffle: Bool) -> [Int32] {
        var indices = Array(0..<Int32(count))
        guard shuffle else { return indices }
        var random = Philox(seed: seed, purpose: .epochOrder, major: UInt32(epoch))
        indices.withUnsafeMutableBufferPointer { indices in
            for last in stride(from: count - 1, to: 0, by: -1) {
                indices.swapAt(last, random.below(last + 1))
            }
        }
        return indices
    }
}
