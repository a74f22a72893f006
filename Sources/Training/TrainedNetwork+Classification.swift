// A trained network's opinion of images that nobody has labelled.

internal import Compute
package import InputPipeline

extension TrainedNetwork {
    /// Memory and threads for one image after the other, in small batches. Owned by one thread.
    package final class Classifier {
        private let predictor: Predictor
        private let batch: Batch

        /// - Parameter capacity: images that are shown to the network at once.
        package init(_ trained: TrainedNetwork, views: Views, capacity: Int, _ choice: EngineChoice) throws {
            predictor = Predictor(try trained.engine(capacity: capacity, choice), views)
            batch = Batch(capacity: capacity)
        }

        package var capacity: Int { batch.capacity }

        /// Where the next batch's image of this index is to be decoded: [256][256][3].
        package func square(_ index: Int) -> UnsafeMutablePointer<UInt8> { batch.image(index) }

        /// - Parameter count: of images in their squares.
        package func classify(_ count: Int) throws -> Probabilities {
            batch.count = count
            _ = try predictor.evaluate(batch)
            return predictor.probabilities
        }
    }
}
