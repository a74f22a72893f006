// What stands beside the shards once all are whole: where each image lies, the classes, the colours, what was left out,
// and the manifest of it all.

internal import CSV
internal import Datasets

struct FinishedRecords {
    private static let reportFile = "report.csv"

    private let listing: Listing
    private let plan: ShardPlan
    /// In the order of the plan's shards.
    private let results: [ShardResult]

    init(_ listing: Listing, _ plan: ShardPlan, _ results: [ShardResult]) {
        (self.listing, self.plan, self.results) = (listing, plan, results)
    }

    /// - Throws: `invalid` where a class has lost all its training images, after writing which were left out.
    func write(to staging: Staging, _ settings: [String: String]) throws {
        let omissions = (listing.omissions + results.flatMap(\.contents.omissions)).sorted {
            $0.image < $1.image
        }
        var report = CSVWriter("image", "left out because")
        for omission in omissions { report.append([omission.image, omission.reason]) }
        try staging.write(report.bytes, Self.reportFile)
        var splits: [Dataset.Split: RecordManifest.Split] = [:]
        for split in Dataset.Split.allCases { splits[split] = try write(split, to: staging) }
        guard let train = splits[.train], let validation = splits[.validation], validation.images > 0 else {
            throw PreparationError(
                .invalid, "none of the training or of the validation images can be used; \(why(staging))")
        }
        var sums = ColorSums()
        for result in results { sums += result.contents.sums }
        let manifest = RecordManifest(
            settings: settings, classes: listing.categories.count, train: train, validation: validation,
            test: splits[.test],
            categories: try staging.write(Categories(listing.categories).encoded(), RecordSet.categoriesFile),
            colors: try staging.write(try Statistics(sums).encodedColors(), RecordSet.colorsFile),
            repaired: results.reduce(into: [:]) { $0.merge($1.contents.repairs, uniquingKeysWith: +) },
            leftOut: omissions.count)
        try staging.write(try manifest.encoded(), RecordManifest.fileName)
    }

    /// The index of a split, nil where it has no shards. Its images are in the listing's order.
    private func write(_ split: Dataset.Split, to staging: Staging) throws -> RecordManifest.Split? {
        let own = zip(plan.shards, results).filter { $0.0.split == split }
        guard !own.isEmpty else { return nil }
        var places: [(image: Int, shard: Int32, offset: Int64, size: Int64)] = []
        for (shard, result) in own {
            let contents = result.contents
            for (record, image) in contents.images.enumerated() {
                places.append((image, Int32(shard.number), contents.offsets[record], contents.sizes[record]))
            }
        }
        places.sort { $0.image < $1.image }
        var index = RecordIndex.header
        var counts = [Int](repeating: 0, count: listing.categories.count)
        for place in places {
            let image = listing.images[place.image]
            counts[Int(image.label)] += 1
            let sample = Sample(
                path: image.name, label: image.label, size: place.size,
                place: .record(shard: place.shard, offset: place.offset))
            RecordIndex.append(sample, class: listing.categories[Int(image.label)].name, to: &index)
        }
        if split == .train, let empty = counts.firstIndex(of: 0) {
            throw PreparationError(
                .invalid,
                "no training image of class \(listing.categories[empty].name) can be used; \(why(staging)). Repair them, or "
                    + "do without the class (--leave-out), and remove \(staging.path) to begin anew")
        }
        return RecordManifest.Split(
            images: places.count, index: try staging.write(index.bytes, RecordSet.indexFile(split)),
            shards: own.map(\.1.file))
    }

    private func why(_ staging: Staging) -> String { "\(staging.path.appending(Self.reportFile)) says why" }
}
