// The CSV file that says where each image of a split lies: image, class, shard, offset, length, in ImageFolder's order, so
// that training on records meets the images in the order of the folder they were made from.

package import CSV
internal import Records

package enum RecordIndex {
    /// A row; the class is that of the samples' label.
    package static func append(_ sample: Sample, class: String, to csv: inout CSVWriter) {
        guard case .record(let shard, let offset) = sample.place else {
            preconditionFailure("\(sample.path) is no record")
        }
        csv.append([sample.path, `class`, "\(shard)", "\(offset)", "\(sample.size)"])
    }

    package static var header: CSVWriter { CSVWriter("image", "class", "shard", "offset", "length") }

    /// The samples that a file's bytes list.
    /// - Parameters:
    ///   - shardSizes: in bytes; a record must lie in its shard.
    ///   - firstShard: what its shard 0 is in the data set.
    package static func samples(
        _ bytes: [UInt8], classes: [String: Int32], shardSizes: [Int64], firstShard: Int
    ) throws(CSVError) -> [Sample] {
        var csv = CSVReader(bytes)
        guard let first = try csv.next(), first.fields == ["image", "class", "shard", "offset", "length"]
        else {
            throw CSVError(line: 1, problem: "the columns are not image, class, shard, offset, length")
        }
        var samples: [Sample] = []
        while let row = try csv.next() {
            guard let label = classes[row.fields[1]] else {
                throw CSVError(line: row.line, problem: "the class \(row.fields[1]) is not in categories.csv")
            }
            guard let shard = Int(row.fields[2]), shardSizes.indices.contains(shard),
                let offset = Int64(row.fields[3]), let length = Int64(row.fields[4]), offset >= 0,
                length >= 0,
                offset <= shardSizes[shard],
                length <= shardSizes[shard] - offset - Int64(RecordWriter.overhead)
            else {
                throw CSVError(line: row.line, problem: "there is no such place in the shards")
            }
            samples.append(
                Sample(
                    path: row.fields[0], label: label, size: length,
                    place: .record(shard: Int32(firstShard + shard), offset: offset)))
        }
        return samples
    }
}
