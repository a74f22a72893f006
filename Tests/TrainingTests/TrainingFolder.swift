// Where a test trains: a root of its own, and small drawn images. It goes with the value.

import Datasets
import Jobs
import SystemPackage
import TemporaryFolders

struct TrainingFolder {
    private let folder: TemporaryFolder
    let path: FilePath
    let root: RootFolder
    let images: FilePath

    init(
        classes: Int = 2, trainPerClass: Int = 5, validationPerClass: Int = 2,
        sides: ClosedRange<Int> = 256...256
    ) throws {
        folder = try TemporaryFolder()
        path = folder.path
        (root, images) = (RootFolder(path.appending("root")), path.appending("images"))
        try SyntheticImages(
            classes: classes, trainPerClass: trainPerClass, validationPerClass: validationPerClass,
            sides: sides
        ).write(to: images)
    }
}
