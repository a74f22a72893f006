// Images in any folders, and a file that says what they show: a CSV with image and class (and split), or JSON of
// image → label with perhaps another of label → index. The file is named by --labels, or is the only one it can be.

internal import Datasets
internal import Glibc
internal import SystemPackage

enum LabelFileSource: Source {
    static let kind = "images with a label file"

    static func listing(_ files: SourceFiles, _ options: SourceOptions) throws -> Listing? {
        guard let (table, name) = try Self.labels(files, options) else { return nil }
        let classes = try Self.classes(files, options, table, besides: name)
        let finder = ImageFinder(files.images)
        var images: [SourceImage] = []
        var omissions: [Listing.Omission] = []
        var taken: Set<String> = []
        let labels = Set(table.rows.map(\.label)).sorted { strcmp($0, $1) < 0 }
        let names: [(label: String, name: String)] = classes ?? labels.map { ($0, $0) }
        let indices = Dictionary(
            zip(names.map(\.label), Int32(0)...), uniquingKeysWith: { first, _ in first })
        for row in table.rows {
            guard let label = indices[row.label] else {
                throw PreparationError(
                    .invalid,
                    "\(name), line \(row.line): the label \(row.label) of \(row.image) is not among the classes"
                )
            }
            guard let file = finder[row.image] else {
                omissions.append(.init(row.image, "there is no such file"))
                continue
            }
            guard taken.insert(file.path).inserted else {
                throw PreparationError(
                    .invalid, "\(name), line \(row.line): \(row.image) has a label already")
            }
            images.append(
                SourceImage(
                    name: file.path, label: label, split: row.split, place: file.place, size: file.size))
        }
        guard !images.isEmpty else {
            throw PreparationError(
                .invalid, "none of the \(table.rows.count) images in \(name) is in \(files.root)")
        }
        omissions += files.images.filter { !taken.contains($0.path) }
            .map { .init($0.path, "\(name) says nothing of it") }
        return Listing(names.map { .init(name: $0.name, text: $0.name) }, images, omissions: omissions)
    }

    /// The table of labels and its file's name; nil where none is named and none is there.
    private static func labels(_ files: SourceFiles, _ options: SourceOptions) throws -> (LabelTable, String)?
    {
        if let path = options.labels {
            return (try LabelTable("\(path)", try files.contents(path)), "\(path)")
        }
        // Only those at the top: a label file is to be seen.
        let candidates = files.others.filter {
            !$0.contains("/") && ($0.lowercased().hasSuffix(".csv") || $0.lowercased().hasSuffix(".json"))
        }
        guard !candidates.isEmpty, !files.images.isEmpty else { return nil }
        let finder = ImageFinder(files.images)
        let tables = candidates.compactMap { name -> (LabelTable, String)? in
            guard let table = try? LabelTable(name, try files.contents(FilePath(name))),
                table.rows.prefix(10).contains(where: { finder[$0.image] != nil })
            else { return nil }
            return (table, name)
        }
        guard tables.count < 2 else {
            throw PreparationError(
                .invalid,
                "\(files.root) has several files that say what the images show (\(tables.map(\.1).joined(separator: ", "))); "
                    + "name one with --labels")
        }
        return tables.first
    }

    /// Labels and class names in the classes' order; nil where no file says it, and the labels are the names.
    private static func classes(
        _ files: SourceFiles, _ options: SourceOptions, _ table: LabelTable, besides labels: String
    ) throws -> [(label: String, name: String)]? {
        if let path = options.classes {
            return try ClassTable.classes(
                "\(path)", try files.contents(path), of: Set(table.rows.map(\.label)))
        }
        guard table.isJSON else { return nil }
        let others = files.others.filter {
            !$0.contains("/") && $0.lowercased().hasSuffix(".json") && $0 != labels
        }
        let all = Set(table.rows.map(\.label))
        let tables = others.compactMap {
            try? ClassTable.classes($0, try files.contents(FilePath($0)), of: all)
        }
        guard tables.count < 2 else {
            throw PreparationError(
                .invalid,
                "\(files.root) has several files that could name the classes (\(others.joined(separator: ", "))); "
                    + "name one with --classes")
        }
        return tables.first
    }
}

/// Finds images as people write them: by their path, by the end of it, or without the name's end.
private struct ImageFinder {
    private var byPath: [Substring: SourceFiles.File] = [:]
    /// Nil for what stands for several.
    private var byName: [Substring: SourceFiles.File?] = [:]

    init(_ files: [SourceFiles.File]) {
        for file in files {
            byPath[file.path[...]] = file
            let stem = file.name.prefix(upTo: file.name.lastIndex(of: ".") ?? file.name.endIndex)
            for name in [file.name, stem] {
                byName[name] = byName[name] == nil ? .some(file) : .some(nil)
            }
        }
    }

    subscript(_ name: String) -> SourceFiles.File? {
        let name = name.hasPrefix("./") ? name.dropFirst(2) : name[...]
        if let file = byPath[name] { return file }
        return byName[name.split(separator: "/").last ?? name] ?? nil
    }
}
