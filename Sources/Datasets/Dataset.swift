// A labelled set of image files as a value: what there is, in a fixed order, before any of it is decoded.

package import SystemPackage

/// One labelled image file.
package struct Sample: Hashable, Sendable {
    /// Relative to the data set's folder, for example "train/cat/1.jpg".
    package let path: String
    /// Index into the classes.
    package let label: Int32
    /// Bytes when the folder was listed.
    package let size: Int64

    package init(path: String, label: Int32, size: Int64) {
        (self.path, self.label, self.size) = (path, label, size)
    }
}

package struct Dataset: Sendable {
    package enum Split: String, Sendable, CaseIterable { case train, validation }

    /// The folder's name, for people.
    package let name: String
    package let root: FilePath
    package let classes: [String]
    /// Grouped by class, in the order of the classes.
    package let train: [Sample]
    package let validation: [Sample]
    /// What is odd but allowed, a sentence each.
    package let notices: [String]
    /// Of the samples as listed; a repaired data set keeps it.
    package let fingerprint: Fingerprint

    package init(
        name: String, root: FilePath, classes: [String], train: [Sample], validation: [Sample],
        notices: [String] = [], fingerprint: Fingerprint? = nil
    ) {
        (self.name, self.root, self.classes) = (name, root, classes)
        (self.train, self.validation, self.notices) = (train, validation, notices)
        self.fingerprint = fingerprint ?? Fingerprint(classes: classes, train: train, validation: validation)
    }

    package subscript(split: Split) -> [Sample] { split == .train ? train : validation }

    package func path(of sample: Sample) -> FilePath { root.appending(sample.path) }
}
