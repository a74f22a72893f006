// The data set that a job names.

package import Datasets
package import Jobs
internal import SystemPackage

extension Job {
    /// - Parameter onFile: as `Dataset.open`.
    /// - Throws: `JobError.data` with the place of `dataset` where the folder is not one to train on, and of `last_batch`
    ///   where nothing is left of it; `DatasetsError` where it cannot be read.
    package func dataset(onFile: () throws -> Void = {}) throws -> Dataset {
        do {
            let dataset = try Dataset.open(FilePath(plan.dataset), onFile: onFile)
            let images = dataset.train.count
            // Without epochs nothing is trained on anyway.
            if plan.lastBatch == .drop, plan.epochs > 0, plan.stepsPerEpoch(images: images) == 0 {
                throw self.error(
                    .data, key: "last_batch",
                    "\"drop\" leaves nothing to train on: \(plan.dataset) has \(images) training images, fewer than "
                        + "the batch_size of \(plan.batchSize); write keep, or a batch_size of at most \(images)"
                )
            }
            return dataset
        } catch let error as DatasetsError where error.code == .invalid {
            throw self.error(.data, key: "dataset", error.message, cause: error.cause)
        }
    }
}
