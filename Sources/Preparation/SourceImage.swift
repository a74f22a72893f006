// One image of a source: where its bytes lie, what it is called, and what it shows.

package import Datasets

package struct SourceImage: Hashable, Sendable {
    /// Where the encoded image lies, relative to the source.
    package enum Place: Hashable, Sendable {
        case file(String)
        /// A piece of an archive, from a byte on.
        case piece(String, offset: Int64)
        /// In a tf.Example, whose record begins at a byte of a file.
        case record(String, offset: Int64)

        /// The same for ever: it goes into what a preparation is known by.
        var text: String {
            switch self {
            case .file(let path): "file \(path)"
            case .piece(let archive, let offset): "piece \(archive) \(offset)"
            case .record(let shard, let offset): "record \(shard) \(offset)"
            }
        }
    }

    /// For people and for the order; "train/n01440764/n01440764_10026.JPEG", whether it lies in a tar or not.
    package let name: String
    /// Index into the classes.
    package var label: Int32
    /// Where the source itself says which.
    package var split: Dataset.Split?
    package let place: Place
    /// In bytes; of a record, its data.
    package let size: Int64

    package init(name: String, label: Int32, split: Dataset.Split?, place: Place, size: Int64) {
        (self.name, self.label, self.split, self.place, self.size) = (name, label, split, place, size)
    }
}
