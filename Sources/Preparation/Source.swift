// What people have: each form of source is a type that says what it makes of the files it is given.

internal import Datasets
package import SystemPackage

/// What the command line says of the source; paths are absolute.
package struct SourceOptions: Hashable, Sendable {
    /// A file that says what the images show.
    package var labels: FilePath?
    /// A file that says which label is which class.
    package var classes: FilePath?

    package init(labels: FilePath? = nil, classes: FilePath? = nil) {
        (self.labels, self.classes) = (labels, classes)
    }
}

protocol Source {
    /// For people.
    static var kind: String { get }

    /// Nil where the files are of another form.
    /// - Throws: `PreparationError.invalid` where they are of this one, but something is missing or wrong.
    static func listing(_ files: SourceFiles, _ options: SourceOptions) throws -> Listing?
}

extension Listing {
    /// In order: the more that must be there, the earlier.
    private static let sources: [any (Source & Sendable).Type] = [
        TFRecordSource.self, ImageNetSource.self, LabelFileSource.self, ClassFolderSource.self,
    ]

    /// - Returns: what the source holds, and what form it has.
    /// - Throws: `PreparationError.invalid`, `DatasetsError`.
    package static func of(_ source: FilePath, _ options: SourceOptions) throws -> (kind: String, Listing) {
        let files = try SourceFiles(source)
        for form in sources {
            guard let listing = try form.listing(files, options) else { continue }
            guard listing.categories.count > 1 else {
                throw PreparationError(
                    .invalid, "\(source) holds images of fewer than two classes (read as \(form.kind))")
            }
            return (form.kind, listing)
        }
        throw PreparationError(
            .invalid,
            "\(source) holds \(files.images.count) images and is none of what can be prepared: one folder of images "
                + "per class (with or without train/ and val/ around them), ILSVRC2012 as downloaded, images with a "
                + "label file (--labels FILE.csv or FILE.json), or ImageNet's TFRecords")
    }
}
