// A sample's bytes, wherever they lie. What a record's checksums do not confirm is an error, never a picture. Owned by
// one thread.

internal import Images
internal import Records

package final class SampleReader {
    private let dataset: Dataset
    private let files = FileReader()
    private let shards: ShardReader

    package init(_ dataset: Dataset) {
        self.dataset = dataset
        shards = ShardReader(root: dataset.root, names: dataset.shards)
    }

    /// - Returns: the bytes, valid until the next read.
    /// - Throws: `DatasetsError`: `unreadable`; `badData` for a damaged record.
    package func read(_ sample: Sample) throws -> EncodedImage {
        switch sample.place {
        case .file: EncodedImage(bytes: try files.read(dataset.path(of: sample)), form: .file)
        case .record(let shard, let offset): try image(sample, Int(shard), offset)
        }
    }

    private func image(_ sample: Sample, _ shard: Int, _ offset: Int64) throws -> EncodedImage {
        let count = Int(sample.size) + RecordWriter.overhead
        let record = try shards.read(shard, from: offset, count: count)
        guard record.count == count else { throw damaged(sample, "the file ends inside it") }
        guard let data = RecordFrame.data(of: record) else {
            throw damaged(sample, "its bytes do not match their checksums")
        }
        let example = Example(data)
        guard let bytes = example.bytes(ExampleKey.encoded) else {
            throw damaged(sample, "it holds no image/encoded")
        }
        guard example.text(ExampleKey.format) == ExampleKey.raw else {
            return EncodedImage(bytes: bytes, form: .file)
        }
        guard bytes.count == Resize.bytesPerSquare else {
            throw damaged(sample, "\(bytes.count) bytes of pixels where \(Resize.bytesPerSquare) belong")
        }
        return EncodedImage(bytes: bytes, form: .square)
    }

    private func damaged(_ sample: Sample, _ problem: String) -> DatasetsError {
        DatasetsError(
            .badData,
            "\(dataset.place(of: sample)) is damaged: \(problem). Restore the file from a copy, or remove the folder "
                + "and prepare the data set again")
    }
}
