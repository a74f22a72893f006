// ImageNet's convention of TFRecords: train-00000-of-01024, validation-00000-of-00128 (and test-…), each record a
// tf.Example with the image and its 1-based label. Records made by `prepare` are of this form too. Every record is read
// once to know its label; a damaged one is left out.

internal import Datasets
internal import Records
internal import SystemPackage

enum TFRecordSource: Source {
    static let kind = "TFRecords"

    private static let splits: [Substring: Dataset.Split] = [
        "train": .train, "validation": .validation, "val": .validation, "test": .test,
    ]

    private struct Found {
        let name: String
        let label: Int64
        let synset: String?
        let text: String?
        let place: SourceImage.Place
        let size: Int64
    }

    static func listing(_ files: SourceFiles, _ options: SourceOptions) throws -> Listing? {
        guard options.labels == nil else { return nil }
        let shards = files.others.compactMap { path -> (path: String, split: Dataset.Split)? in
            guard let match = path.lastName.wholeMatch(of: /(.+)-[0-9]+-of-[0-9]+(\.tfrecords?)?/),
                let split = splits[match.1]
            else { return nil }
            return (path, split)
        }
        guard !shards.isEmpty else { return nil }
        var omissions: [Listing.Omission] = []
        var found: [(split: Dataset.Split, image: Found)] = []
        for (index, shard) in shards.sorted(by: { $0.path < $1.path }).enumerated() {
            let poll = { try files.poll("\(shard.path), file \(index + 1) of \(shards.count)") }
            found += try images(shard.path, files, &omissions, poll).map { (shard.split, $0) }
        }
        guard !found.isEmpty else {
            throw PreparationError(
                .invalid,
                "none of the \(shards.count) TFRecord files in \(files.root) holds an image with a label "
                    + "(image/encoded, image/class/label)"
                    + (omissions.first.map { "; the first: \($0.image): \($0.reason)" } ?? ""))
        }
        // From 0 or from 1, as their writer counts; classes count from 0.
        let labels = Set(found.map(\.image.label)).sorted()
        let hasValidation = found.contains { $0.split == .validation }
        let indices = Dictionary(uniqueKeysWithValues: zip(labels, Int32(0)...))
        var categories = labels.map { Categories.Category(name: "\($0)", text: "\($0)") }
        for image in found.map(\.image) {
            guard let index = indices[image.label].map(Int.init), let name = image.synset ?? image.text else {
                continue
            }
            categories[index] = .init(name: name, text: image.text ?? name)
        }
        guard Set(categories.map(\.name)).count == categories.count else {
            throw PreparationError(.invalid, "two labels in \(files.root) stand for one class")
        }
        let images = found.compactMap { split, image -> SourceImage? in
            guard let label = indices[image.label] else { return nil }
            return SourceImage(
                name: image.name, label: label, split: split == .train && !hasValidation ? nil : split,
                place: image.place, size: image.size)
        }
        return Listing(categories, images, omissions: omissions)
    }

    private static func images(
        _ shard: String, _ files: SourceFiles, _ omissions: inout [Listing.Omission],
        _ poll: () throws -> Void
    ) throws -> [Found] {
        let path = files.root.appending(shard)
        let reader = PieceReader()
        let size = try reader.size(of: path)
        var images: [Found] = []
        var offset: Int64 = 0
        while offset < size {
            try poll()
            let place = "\(shard), record at byte \(offset)"
            let count = RecordFrame.dataCount(
                of: try reader.read(path, from: offset, count: RecordFrame.headerCount))
            guard let count, count <= UInt64(size - offset) else {
                omissions.append(
                    .init(place, "the record's length is damaged: it and all behind it in the file are lost"))
                break
            }
            let whole = Int(count) + RecordWriter.overhead
            defer { offset += Int64(whole) }
            guard count <= SourceReader.largestFile else {
                omissions.append(.init(place, "\(count >> 20) MiB are more than an image file has"))
                continue
            }
            let record = try reader.read(path, from: offset, count: whole)
            guard let data = RecordFrame.data(of: record) else {
                omissions.append(.init(place, "the record's bytes do not match their checksum"))
                continue
            }
            let example = Example(data)
            guard let label = example.integer(ExampleKey.label), label >= 0,
                example.bytes(ExampleKey.encoded) != nil
            else {
                omissions.append(.init(place, "it holds no image/encoded and image/class/label"))
                continue
            }
            let synset = named(example.text(ExampleKey.synset))
            let file = named(example.text(ExampleKey.filename)) ?? "\(shard)-\(offset)"
            images.append(
                Found(
                    name: file, label: label, synset: synset, text: named(example.text(ExampleKey.text)),
                    place: .record(shard, offset: offset), size: Int64(count)))
        }
        return images
    }

    private static func named(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}
