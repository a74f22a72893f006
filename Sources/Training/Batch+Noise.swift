// A batch that is like no photograph, the same every time: for measuring engines, and for comparing them.

package import Compute
package import Networks
internal import Randomness

extension Batch {
    /// Noise, random labels, the middle of each square, every other one mirrored.
    package static func noise(_ count: Int, for network: Network) -> Batch {
        let batch = Batch(capacity: count)
        var random = Philox(seed: 1, purpose: .syntheticImages)
        for word in 0..<count * bytesPerImage / 4 {
            UnsafeMutableRawPointer(batch.pixels).storeBytes(
                of: random.word(), toByteOffset: 4 * word, as: UInt32.self)
        }
        for slot in 0..<count {
            batch.labels[slot] = Int32(random.below(network.classes))
            batch.draws[slot] = .center(crop: network.input.height)
            batch.draws[slot].flip = slot % 2 == 1
        }
        batch.count = count
        return batch
    }
}
