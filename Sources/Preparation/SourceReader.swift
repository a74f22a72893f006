// An image's bytes, wherever in the source they lie. Owned by one thread.

internal import Datasets
internal import Images
internal import Records
internal import SystemPackage

final class SourceReader {
    private let root: FilePath
    private let files = FileReader()
    private let pieces = PieceReader()

    /// A file that is larger is no photograph; memory is not taken for it. In bytes.
    static let largestFile: Int64 = 512 << 20

    init(_ root: FilePath) { self.root = root }

    /// - Returns: bytes that are valid until the next read.
    /// - Throws: `ImagesError` for an image that cannot be used, with the reason; `DatasetsError.unreadable`.
    func read(_ image: SourceImage) throws -> EncodedImage {
        guard image.size <= Self.largestFile else {
            throw ImagesError(.undecodable, "\(image.size >> 20) MiB are more than an image file has")
        }
        switch image.place {
        case .file(let path):
            return EncodedImage(bytes: try files.read(root.appending(path)), form: .file)
        case .piece(let archive, let offset):
            let bytes = try pieces.read(root.appending(archive), from: offset, count: Int(image.size))
            guard bytes.count == image.size else {
                throw ImagesError(.undecodable, "its archive ends inside it")
            }
            return EncodedImage(bytes: bytes, form: .file)
        case .record(let shard, let offset):
            let count = Int(image.size) + RecordWriter.overhead
            let record = try pieces.read(root.appending(shard), from: offset, count: count)
            guard let data = RecordFrame.data(of: record), let image = EncodedImage(Example(data)) else {
                throw ImagesError(.undecodable, "its record is damaged")
            }
            return image
        }
    }
}
