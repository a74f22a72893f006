// Decoded squares of the first samples that fit into a budget, so that later epochs decode only the rest. The memory is
// taken from the system page by page, as squares are kept.
//
// 1. A slot is written by the one thread that decodes its sample, before `BatchRing` (under its lock) marks it kept.
// 2. A slot is read only once it is marked, and never written again.

internal import Compute
internal import Datasets

final class PixelCache: @unchecked Sendable {  // rules 1 and 2
    private let slots: UnsafeMutablePointer<UInt8>
    let count: Int
    private let trainCount: Int

    /// - Parameter bytes: At most this much is used.
    init(bytes: Int, trainCount: Int, validationCount: Int) {
        count = min(max(bytes, 0) / Batch.bytesPerImage, trainCount + validationCount)
        self.trainCount = trainCount
        slots = .allocate(capacity: max(count * Batch.bytesPerImage, 1))
    }

    deinit { slots.deallocate() }

    /// Where the sample's place is, if it has one: training samples first, then validation's. Test samples are seen once.
    func slot(of sample: Int, in split: Dataset.Split) -> Int? {
        let slot =
            switch split {
            case .train: sample < trainCount ? sample : count
            case .validation: trainCount + sample
            case .test: count
            }
        return slot < count ? slot : nil
    }

    func pixels(_ slot: Int) -> UnsafeMutablePointer<UInt8> { slots + slot * Batch.bytesPerImage }
}
