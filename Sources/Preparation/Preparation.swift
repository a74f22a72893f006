// From a source to records. Every image is read once, by several threads; shards are written one after another, and each
// that is whole is never made again, however often this is interrupted. What comes out depends on the settings and the
// source alone. The source is only read.

package import Datasets
internal import Images
internal import Records
package import SystemPackage

package struct Preparation {
    package enum Event: Sendable {
        case note(String)
        /// What of the source is being looked through.
        case looking(String)
        /// Images that are done, those of earlier attempts included.
        case progress(done: Int, of: Int)
    }

    package struct Outcome: Sendable {
        package let manifest: RecordManifest
        package let folder: FilePath
        /// Nothing was left to do.
        package let wasThere: Bool
    }

    private let source: FilePath
    private let destination: FilePath
    private let settings: PreparationSettings

    package init(_ source: FilePath, to destination: FilePath, _ settings: PreparationSettings) {
        self.source = Destination.canonical(source)
        self.destination = Destination.canonical(destination)
        var settings = settings
        settings.source.labels = settings.source.labels.map(Destination.canonical)
        settings.source.classes = settings.source.classes.map(Destination.canonical)
        self.settings = settings
    }

    /// - Parameters:
    ///   - report: on the caller's thread.
    ///   - shouldStop: asked several times a second; the same call goes on later.
    /// - Throws: `PreparationError`, `DatasetsError.unreadable` for a source that cannot be read.
    package func run(
        threads: Int, report: @escaping (Event) -> Void = { _ in },
        shouldStop: @escaping () -> Bool = { false }
    ) throws -> Outcome {
        try settings.check()
        _ = try Destination.check(destination, source: source)
        func check() throws {
            if shouldStop() {
                throw PreparationError(.stopped, "stopped; the same command goes on from here")
            }
        }
        // It may take minutes: archives and records are looked through.
        report(.note("looking through \(source)"))
        let listing = try listing(report, check)
        let values = settings.values(source, listing)
        if let finished = try Destination.check(destination, source: source) {
            guard finished.settings == values else {
                let differences = PreparationSettings.differences(finished.settings, values)
                throw PreparationError(
                    .taken,
                    "\(destination) was prepared otherwise (\(differences.joined(separator: "; "))). Remove it, or choose "
                        + "another folder")
            }
            return Outcome(manifest: finished, folder: destination, wasThere: true)
        }
        let staging = try Staging(destination)
        let plan = ShardPlan(listing, settings)
        if try !staging.begin(values) {
            let results = try make(plan, listing, staging, threads, report, check)
            let records = FinishedRecords(listing, plan, results)
            try records.write(to: staging, values)
        }
        try staging.finish()
        guard let manifest = try Destination.check(destination, source: source) else {
            throw PreparationError(.unwritable, "\(destination) has vanished while it was prepared")
        }
        return Outcome(manifest: manifest, folder: destination, wasThere: false)
    }

    /// Of Caltech-256.
    private static let clutter = "257.clutter"

    private func listing(
        _ report: @escaping (Event) -> Void, _ check: @escaping () throws -> Void
    ) throws -> Listing {
        var (kind, listing) = try Listing.of(source, settings.source) { place in
            try check()
            report(.looking(place))
        }
        try listing.leaveOut(settings.leaveOut)
        guard listing.categories.count > 1 else {
            let names = listing.categories.map(\.name).joined()
            throw PreparationError(
                .invalid,
                "\(source) gives \(names.isEmpty ? "no class" : "only the class \(names)"); it takes at least two"
            )
        }
        let isDivided = !listing.images.contains { $0.split == nil }
        listing.assign(Splitting.splits(listing, validation: settings.validation, seed: settings.seed))
        report(
            .note("\(source): \(kind), \(listing.images.count) images of \(listing.categories.count) classes")
        )
        if isDivided, settings.validation != PreparationSettings().validation {
            report(.note("it says itself which images are for validation: --validation is not used"))
        }
        if !listing.omissions.isEmpty {
            report(.note("\(listing.omissions.count) more cannot be used; report.csv will say why"))
        }
        if listing.categories.contains(where: { $0.name == Self.clutter }) {
            report(
                .note("\(Self.clutter) holds pictures of no class; --leave-out \(Self.clutter) does without"))
        }
        for split in [Dataset.Split.train, .validation]
        where !listing.images.contains(where: { $0.split == split }) {
            throw PreparationError(
                .invalid, "\(source) gives no \(split.rawValue) images; it takes at least two of a class")
        }
        return listing
    }

    /// What a thread makes of an image.
    private enum Made: Sendable {
        /// A whole record.
        case record(RecordWriter, [PreparedImage.Repair], ColorSums)
        case omission(reason: String)
    }

    private func make(
        _ plan: ShardPlan, _ listing: Listing, _ staging: Staging, _ threads: Int, _ report: (Event) -> Void,
        _ check: () throws -> Void
    ) throws -> [ShardResult] {
        var results = try plan.shards.map { try staging.result($0) }
        let missing = plan.shards.indices.filter { results[$0] == nil }
        let images = missing.flatMap { plan.shards[$0].images }
        var done = listing.images.count - images.count
        if done > 0 { report(.note("\(done) images were prepared before; going on")) }
        let work = OrderedWork(count: images.count, threads: threads, window: 32 * max(threads, 1)) {
            [source = sourceRoot, settings] in
            let (reader, preparer) = (SourceReader(source), ImagePreparer(settings))
            return { (index) throws -> Made in
                let image = listing.images[images[index]]
                do {
                    let made = try preparer.prepare(try reader.read(image), name: image.name)
                    var record = RecordWriter()
                    record.append(
                        made, settings.format, label: image.label, listing.categories[Int(image.label)],
                        name: image.name)
                    return .record(record, made.repairs, made.sums)
                } catch let error as ImagesError where error.code == .memory {
                    throw DatasetsError(
                        .unreadable,
                        "there is not enough memory for \(image.name); end other programs, or use fewer --threads",
                        cause: error)
                } catch let error as ImagesError {
                    return .omission(reason: error.description)
                }
            }
        }
        var writing = ShardSequence(plan, missing, staging)
        try work.forEach {
            try writing.take(listing.images, $0)
            done += 1
        } poll: {
            try check()
            report(.progress(done: done, of: listing.images.count))
        }
        for (shard, result) in zip(missing, writing.results) { results[shard] = result }
        report(.progress(done: done, of: listing.images.count))
        return results.compactMap { $0 }
    }

    /// The folder that the images' places are relative to.
    private var sourceRoot: FilePath {
        (try? source.stat().type) == .directory ? source : source.removingLastComponent()
    }

    /// Records on their way into the shards that are missing.
    private struct ShardSequence {
        private let staging: Staging
        private var shards: ArraySlice<ShardPlan.Shard>
        private var file: ShardFile?
        private var contents = ShardResult.Contents()
        private var taken = 0
        private(set) var results: [ShardResult] = []

        init(_ plan: ShardPlan, _ missing: [Int], _ staging: Staging) {
            self.staging = staging
            shards = missing.map { plan.shards[$0] }[...]
        }

        /// The next image in order.
        mutating func take(_ images: [SourceImage], _ made: Made) throws {
            guard let shard = shards.first else { preconditionFailure("more images than the shards have") }
            let file = try self.file ?? staging.shard(shard)
            self.file = file
            let image = shard.images[taken]
            switch made {
            case .omission(let reason): contents.leaveOut(.init(images[image].name, reason))
            case .record(let record, let repairs, let sums):
                contents.add(
                    image, offset: file.size, size: Int64(record.bytes.count - RecordWriter.overhead),
                    repairs,
                    shard.split == .train ? sums : ColorSums())
                try file.write(record.bytes)
            }
            taken += 1
            guard taken == shard.images.count else { return }
            let result = ShardResult(file: try file.finish(), contents: contents)
            try staging.keep(result)
            results.append(result)
            shards.removeFirst()
            (self.file, contents, taken) = (nil, .init(), 0)
        }
    }
}
