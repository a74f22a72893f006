// Batches of a data set, made by background threads ahead of the trainer. What a batch holds depends on the data set,
// the configuration, the epoch and the batch's number only: not on threads, on time, or on where a pass began.
// One consumer thread.

package import Compute
package import Datasets
internal import Foundation
package import Images

package final class Loader {
    package struct Configuration: Sendable {
        package var batchSize: Int
        /// Whether a last batch that is smaller is left out of training.
        package var dropsLast: Bool
        /// The network's input side.
        package var crop: Int
        package var seed: UInt64
        package var shuffle: Bool
        /// Of training samples; validation always takes the middle.
        package var augmentation: Augmentation
        /// How every image becomes a square.
        package var fit: SquareDecoder.Fit
        /// Of decoders.
        package var threads: Int
        /// Batches in memory, those with the consumer included.
        package var batches: Int
        /// Memory for decoded images that later passes need not decode again.
        package var cacheBytes: Int

        package init(
            batchSize: Int, dropsLast: Bool = false, crop: Int, seed: UInt64, shuffle: Bool = true,
            augmentation: Augmentation = .none, fit: SquareDecoder.Fit = .scaled, threads: Int = 1,
            batches: Int = 3, cacheBytes: Int = 0
        ) {
            (self.batchSize, self.dropsLast) = (batchSize, dropsLast)
            (self.crop, self.seed, self.shuffle) = (crop, seed, shuffle)
            (self.augmentation, self.fit, self.threads) = (augmentation, fit, threads)
            (self.batches, self.cacheBytes) = (batches, cacheBytes)
        }
    }

    private let dataset: Dataset
    private let configuration: Configuration
    private let ring: BatchRing

    /// Allocates everything and starts the threads.
    ///
    /// - Parameters:
    ///   - dataset: Repaired: an image that does not decode is an error here.
    ///   - axes: Of the data set's colours, for the colour noise.
    ///   - kept: squares that nobody needs any more but for the first batch of a pass.
    package init(
        _ dataset: Dataset, axes: ColorAxes, _ configuration: Configuration, kept: KeptSquares? = nil
    ) {
        precondition(Resize.side == Batch.side)
        (self.dataset, self.configuration) = (dataset, configuration)
        let cache = PixelCache(
            bytes: configuration.cacheBytes,
            // A resized crop is made of the whole image.
            trainCount: configuration.augmentation.resizedCrop == nil && kept == nil
                ? dataset.train.count : 0,
            validationCount: dataset.validation.count)
        let ring = BatchRing(batches: configuration.batches, capacity: configuration.batchSize, cache: cache)
        self.ring = ring
        for _ in 0..<max(configuration.threads, 1) {
            ring.threadBegins()
            let thread = Thread {
                let filler = BatchFiller(
                    dataset: dataset, axes: axes, configuration: configuration, cache: cache, kept: kept)
                while let work = ring.take() {
                    do {
                        try filler.fill(work)
                        ring.finish(work)
                    } catch {
                        ring.finish(work, error: error)
                    }
                }
                ring.threadEnds()
            }
            thread.name = "decoder"
            thread.start()
        }
    }

    deinit { ring.close() }

    /// Batches in one pass over a split; the last may be smaller, unless it is dropped.
    package func batches(in split: Dataset.Split) -> Int {
        let (count, size) = (dataset[split].count, configuration.batchSize)
        return drops(split) ? count / size : (count + size - 1) / size
    }

    private func drops(_ split: Dataset.Split) -> Bool { configuration.dropsLast && split == .train }

    /// Starts a pass at batch number `first`, and drops the one that was under way. Batches that the consumer still holds
    /// stay its own until recycled. Only training is shuffled and augmented.
    package func begin(_ split: Dataset.Split, epoch: Int, from first: Int = 0) {
        let order = EpochOrder.indices(
            count: dataset[split].count, seed: configuration.seed, epoch: epoch,
            shuffle: configuration.shuffle && split == .train)
        let whole = drops(split) ? batches(in: split) * configuration.batchSize : order.count
        ring.begin(
            .init(
                split: split, epoch: epoch, order: Array(order.prefix(whole)),
                batchSize: configuration.batchSize), from: first)
    }

    /// The next batch, the consumer's until it is recycled; nil at the end of the pass.
    ///
    /// - Throws: `DatasetsError` of code `unreadable`, or `InputPipelineError` (`changed`, `closed`). After an error only
    ///   `begin` and `close` make sense.
    package func next() throws -> Batch? { try ring.next() }

    package func recycle(_ batch: Batch) { ring.recycle(batch) }

    /// Seconds the consumer has waited in `next` so far.
    package var waitSeconds: Double { ring.waitSeconds }

    /// Ends the threads; returns when they have ended.
    package func close() { ring.close() }
}
