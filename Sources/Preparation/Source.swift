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
    /// In order: the more that must be there, the earlier. A table beside class folders may be about anything; it says
    /// what images show where the folders do not, or where it is named.
    private static let sources: [any (Source & Sendable).Type] = [
        TFRecordSource.self, ImageNetSource.self, ClassFolderSource.self, LabelFileSource.self,
    ]

    /// - Parameter poll: called again and again with what is being looked through; throws to end it.
    /// - Returns: what the source holds, and what form it has.
    /// - Throws: `PreparationError.invalid`, `DatasetsError`, and what `poll` throws.
    package static func of(
        _ source: FilePath, _ options: SourceOptions, poll: @escaping (String) throws -> Void = { _ in }
    ) throws -> (kind: String, Listing) {
        let files = try SourceFiles(source, poll: poll)
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
                + "for each of at least two classes (with or without train/ and val/ around them), ILSVRC2012 as downloaded, images with a "
                + "label file (--labels FILE.csv or FILE.json), or ImageNet's TFRecords")
    }
}
