// A labelled set of images as a value: what there is, in a fixed order, before any of it is decoded.

package import Images
package import SystemPackage

package struct Dataset: Sendable {
    /// Test images take no part in training, nor in what a run knows its data by: they may come later.
    package enum Split: String, Sendable, CaseIterable { case train, validation, test }

    /// The folder's name, for people.
    package let name: String
    package let root: FilePath
    package let classes: [String]
    /// Grouped by class, in the order of the classes.
    package let train: [Sample]
    package let validation: [Sample]
    /// Often empty.
    package let test: [Sample]
    /// Names of the files that hold the samples which are records.
    package let shards: [String]
    /// Known without a scan, where whoever made the data set has written them down.
    package let statistics: Statistics?
    /// What is odd but allowed, a sentence each.
    package let notices: [String]
    /// Of the samples as listed; a repaired data set keeps it.
    package let fingerprint: Fingerprint

    package init(
        name: String, root: FilePath, classes: [String], train: [Sample], validation: [Sample],
        test: [Sample] = [], shards: [String] = [], statistics: Statistics? = nil, notices: [String] = [],
        fingerprint: Fingerprint? = nil
    ) {
        (self.name, self.root, self.classes) = (name, root, classes)
        (self.train, self.validation, self.test) = (train, validation, test)
        (self.shards, self.statistics, self.notices) = (shards, statistics, notices)
        self.fingerprint = fingerprint ?? Fingerprint(classes: classes, train: train, validation: validation)
    }

    package subscript(split: Split) -> [Sample] {
        switch split {
        case .train: train
        case .validation: validation
        case .test: test
        }
    }

    /// The file that a sample lies in.
    package func path(of sample: Sample) -> FilePath {
        switch sample.place {
        case .file: root.appending(sample.path)
        case .record(let shard, _): root.appending(shards[Int(shard)])
        }
    }

    /// Where a sample lies, in words.
    package func place(of sample: Sample) -> String {
        switch sample.place {
        case .file: "\(path(of: sample))"
        case .record(_, let offset): "\(path(of: sample)), record at byte \(offset) (\(sample.path))"
        }
    }

    /// Says nothing about the image: another time there may be more.
    package func outOfMemory(for sample: Sample, _ cause: ImagesError) -> DatasetsError {
        DatasetsError(
            .unreadable,
            "there is not enough memory to decode \(place(of: sample)); end other programs, or raise this one's limit",
            cause: cause)
    }
}
