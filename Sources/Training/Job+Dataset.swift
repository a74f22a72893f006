// The data set that a job names.

package import Datasets
package import Jobs
internal import SystemPackage

extension Job {
    /// - Throws: `JobError.data` with the place of `dataset` where the folder is not one to train on; `DatasetsError` where
    ///   it cannot be read.
    package func dataset() throws -> Dataset {
        do {
            return try Dataset.open(FilePath(plan.dataset))
        } catch let error as DatasetsError where error.code == .invalid {
            throw self.error(.data, key: "dataset", error.message, cause: error.cause)
        }
    }
}
