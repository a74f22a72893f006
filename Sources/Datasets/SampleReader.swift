// A sample's bytes, wherever they lie. What a record's checksums do not confirm is an error, never a picture. Owned by
// one thread.

internal import Records

package final class SampleReader {
    private let dataset: Dataset
    private let files = FileReader()
    private let shards = PieceReader()

    package init(_ dataset: Dataset) { self.dataset = dataset }

    /// - Returns: the bytes, valid until the next read.
    /// - Throws: `DatasetsError`: `unreadable`; `badData` for a damaged record.
    package func read(_ sample: Sample) throws -> EncodedImage {
        switch sample.place {
        case .file: EncodedImage(bytes: try files.read(dataset.path(of: sample)), form: .file)
        case .record(_, let offset): try image(sample, offset)
        }
    }

    private func image(_ sample: Sample, _ offset: Int64) throws -> EncodedImage {
        let count = Int(sample.size) + RecordWriter.overhead
        let record = try shards.read(dataset.path(of: sample), from: offset, count: count)
        guard record.count == count else { throw damaged(sample, "the file ends inside it") }
        guard let data = RecordFrame.data(of: record) else {
            throw damaged(sample, "its bytes do not match their checksums")
        }
        guard let image = EncodedImage(Example(data)) else {
            throw damaged(sample, "it holds no image/encoded, or not the pixels of an image")
        }
        return image
    }

    private func damaged(_ sample: Sample, _ problem: String) -> DatasetsError {
        DatasetsError(
            .badData,
            "\(dataset.place(of: sample)) is damaged: \(problem). Restore the file from a copy, or remove the folder "
                + "and prepare the data set again")
    }
}
