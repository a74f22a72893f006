// One labelled image: a file of its own, or a record in a shard.

package struct Sample: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        /// The file that `path` names.
        case file
        /// The record that begins at a byte of the data set's shard of this index.
        case record(shard: Int32, offset: Int64)
    }

    /// The image's name for people and for the fingerprint, relative to the data set's folder: "train/cat/1.jpg". Of a
    /// record, that of the image it was made from.
    package let path: String
    /// Index into the classes.
    package let label: Int32
    /// Bytes of the file when the folder was listed, or of the record's data.
    package let size: Int64
    package let place: Place

    package init(path: String, label: Int32, size: Int64, place: Place = .file) {
        (self.path, self.label, self.size, self.place) = (path, label, size, place)
    }
}
